/** Every file that fedshot puts into a site's home, and what becomes of it when an auditor asks. */

/** `hand`: goes along. `reduce`: its public part does. `stays`: its digest does. `private`: its name. */
export type Fate = 'hand' | 'reduce' | 'stays' | 'private';

export interface Known {
  readonly fate: Fate;
  /** The release that it is of, or the run. */
  readonly release?: string;
  readonly run?: string;
}

const NAME = '(?<release>[a-z0-9][a-z0-9._-]{0,63})';
const RUN = String.raw`(?<run>\d{8}T\d{9}Z-[0-9a-f]{6})`;
const MODEL = String.raw`(?:[FBC]\.safetensors|model\.json)`;
/** What a process that was killed has left half-written; the next one removes it. */
const HALF = String.raw`\..+\.[0-9a-f]{12}\.tmp(?:/[^/]+)?`;

const rule = (pattern: string, fate: Fate): [RegExp, Fate] => [new RegExp(`^${pattern}$`), fate];

/** The first that fits counts. */
const RULES: readonly [RegExp, Fate][] = [
  rule(String.raw`trust/state\.json`, 'hand'),
  rule(String.raw`trust/(?:lock|pull-[a-z0-9._-]+\.lock)`, 'private'),
  rule(String.raw`identity/(?:site|site-key)\.pem`, 'private'),
  rule(String.raw`identity/evidence-key\.json`, 'private'),
  rule(`releases/${NAME}/current\\.json`, 'hand'),
  rule(`releases/${NAME}/\\d+/manifest\\.json`, 'hand'),
  rule(`releases/${NAME}/\\d+/${MODEL}`, 'stays'),
  rule(`(?:releases/\\.partial|partial)/[^/]+/(?:manifest\\.json|${MODEL}|${HALF})`, 'private'),
  rule(`current/${NAME}\\.json`, 'hand'),
  rule(`runs/${RUN}/record\\.json`, 'reduce'),
  rule(`runs/${RUN}/(?:isolation\\.json|C\\.safetensors)`, 'hand'),
  rule(`runs/${RUN}/${MODEL}`, 'stays'),
  rule(`runs/${RUN}/samples\\.json`, 'private'),
  rule(String.raw`runs/\.lock`, 'private'),
  rule(`runs/\\.unfinished/${RUN}/(?:lock|settings\\.json)`, 'private'),
  rule(`runs/\\.unfinished/${RUN}/(?:[^/]+/)+[^/]+\\.(?:json|safetensors|tmp)`, 'private'),
  // What version 0.1 has left: one adaptation of each release, the whole record of which has pictures.
  rule(`adapted/${NAME}/record\\.json`, 'reduce'),
  rule(`adapted/${NAME}/(?:isolation\\.json|C\\.safetensors)`, 'hand'),
  rule(`adapted/${NAME}/${MODEL}`, 'stays'),
  rule(`adapted/${NAME}/(?:[^/]+/)?\\.checkpoint\\.safetensors`, 'private'),
  rule(`adapted/\\.0\\.1/[^/]+/(?:record\\.json|isolation\\.json|${MODEL})`, 'private'),
  rule(String.raw`evidence/(?:log|recovery)-[0-9a-f]{16}\.json`, 'hand'),
  rule(
    `(?:trust|identity|releases|releases/[^/]+|releases/[^/]+/\\d+|current|runs)/${HALF}`,
    'private',
  ),
];

/** What a file of a home is; undefined for one that fedshot has not put there. */
export function knownAs(path: string): Known | undefined {
  for (const [pattern, fate] of RULES) {
    const found = pattern.exec(path);
    if (found) return { fate, release: found.groups?.release, run: found.groups?.run };
  }
  return undefined;
}
