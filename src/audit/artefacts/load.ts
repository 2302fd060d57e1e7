import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { isNothing } from '../folders.js';
import { claim, type Claim, type ClaimId } from '../types.js';

/**
 * An artefact that was read; or that was not given, with how to get it; or that is there but cannot be
 * what it should be, which fails a claim.
 */
export type Loaded<T> =
  { readonly value: T } | { readonly missing: readonly string[] } | { readonly fault: Claim };

/** The flags that name artefacts, and where an auditor gets each. */
const FLAGS = {
  store: '--store DIR: the provider’s store, or a copy of it',
  trust:
    '--trust FILE: the root as sites pin it (trust.json), got from a site and not from the store',
  log: '--log DIR: the provider’s transparency log (STORE-log), or a copy of it',
  record:
    '--record FILE: what a recorder wrote between provider and sites (fedshot audit record --listen HOST:PORT --to PROVIDER --out record.jsonl)',
  site: '--site DIR: what a site has handed over (fedshot client evidence DIR --home HOME)',
  data: '--data NOTATION: the source data; at the provider: fedshot audit data --store STORE --trust trust.json --data idx:images.gz',
} as const;
export type Flag = keyof typeof FLAGS;

/** An artefact that no flag names. */
export const notGiven = (flag: Flag): { missing: string[] } => ({ missing: [FLAGS[flag]] });

export interface Artefact {
  readonly flag: Flag;
  readonly path: string;
  /** How the page calls it: no path of this machine is on it. */
  readonly name: string;
}

/** Names for the page, no two of them alike. */
export function nameArtefacts(given: readonly (readonly [Flag, string | undefined])[]): Artefact[] {
  const used = new Set<string>();
  return given.flatMap(([flag, path]) => {
    if (path === undefined) return [];
    let name = basename(path);
    if (used.has(name)) name = `${basename(dirname(path))}/${name}`;
    for (let n = 2; used.has(name); n++) name = `${basename(path)} (${n})`;
    used.add(name);
    return [{ flag, path, name }];
  });
}

/** What each kind of artefact is called, for the sentence that says it cannot be read. */
const SENTENCES: Record<Flag, [ClaimId, string]> = {
  store: ['release/readable', 'the store can be read, and its roots lead from the pinned one'],
  trust: ['release/root', 'the pinned root can be read, and is signed'],
  log: ['log/readable', 'the log has a checkpoint that its key has signed'],
  record: ['egress/readable', 'the record can be read'],
  site: ['site/readable', 'what the site handed over can be read'],
  data: ['data/readable', 'the source data can be read'],
};

/** Not there; for what is a folder, an empty one: it was not mounted, or not copied. */
const isMissing = (flag: Flag, path: string): boolean =>
  isNothing(path) && !(existsSync(path) && (flag === 'trust' || path.endsWith('.jsonl')));

/** Reads an artefact; whatever goes wrong is a result. */
export function load<T>({ flag, path, name }: Artefact, read: () => T): Loaded<T> {
  if (isMissing(flag, path))
    return { missing: [`no such ${flag}: ${name} is not there, or is empty; ${FLAGS[flag]}`] };
  try {
    return { value: read() };
  } catch (error) {
    const [id, sentence] = SENTENCES[flag];
    const { message } = asFedshotError(error, 'io');
    const why = message.replaceAll(`${path}: `, '').replaceAll(path, name);
    return { fault: claim(id, `${name}: ${sentence}`, { findings: [`${name}: ${why}`] }) };
  }
}

/** What stands in the way of a part that needs these. */
export function obstacles(needs: readonly Loaded<unknown>[]): {
  missing: string[];
  faults: Claim[];
} {
  const missing = needs.flatMap((one) => ('missing' in one ? one.missing : []));
  const faults = needs.flatMap((one) => ('fault' in one ? [one.fault] : []));
  return { missing: [...new Set(missing)], faults };
}
