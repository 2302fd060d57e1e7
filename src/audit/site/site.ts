import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { EVIDENCE_FILE } from '../../shared/evidence/index.js';
import { readBytes } from '../../shared/files.js';
import { MAX_MANIFEST_BYTES, sha256 } from '../../shared/release/index.js';
import { parseCheckpoint, witnessedStates } from '../../shared/log/index.js';
import { Apartness, json } from '../apart.js';
import { MOST_FILE_BYTES } from '../artefacts/digest.js';
import type { EgressResult } from '../egress/index.js';
import { openHanded, type Handed } from './handed.js';
import { explanation, recoveriesOf } from '../log/log-history.js';
import { fileBytes } from '../release/release.js';
import { changedFiles, siteRuns, type RunFolder } from './site-runs.js';
import type { PublicStore } from '../release/store.js';
import type { WitnessedCheckpoint } from '../log/log.js';
import { claim, notChecked, type Claim } from '../types.js';

const Record = z.looseObject({
  result: z.looseObject({
    classifierUnchanged: z.boolean(),
    release: z.looseObject({ name: z.string(), version: z.number(), digest: z.string() }),
  }),
  files: z.record(z.string().regex(/^[\w.-]+$/), z.string()).optional(),
});
const State = z.looseObject({ checkpoint: z.string().optional() });

/** What a site has handed over, or the site's own home. */
export interface Site {
  readonly dir: string;
  /** How the page calls it. */
  readonly name: string;
  /** The checkpoints that it keeps. */
  readonly witnesses: readonly WitnessedCheckpoint[];
  /** The folder, compared with the index that the site has signed. */
  readonly handed: Handed;
}

/**
 * Opens what a site has handed over.
 *
 * @throws FedshotError `format` for a folder that is not a site's home, or whose state cannot be read
 */
export function openSite(dir: string, name: string): Site {
  if (!existsSync(join(dir, 'trust')) && !existsSync(join(dir, EVIDENCE_FILE)))
    throw new FedshotError('format', 'not what a site hands over', {
      hint: 'give --site the folder that the site has from fedshot client evidence',
    });
  const handed = openHanded(dir, 'site');
  const file = join(dir, 'trust', 'state.json');
  if (!existsSync(file)) return { dir, name, witnesses: [], handed };
  try {
    const { checkpoint } = json(State, file);
    const witnesses = witnessedStates(checkpoint).map((seen) => ({ name, ...seen }));
    return { dir, name, witnesses, handed };
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n');
    throw new FedshotError('format', `trust/state.json cannot be read: ${why}`, { cause: error });
  }
}

/** The most that a site can have said in one connection beyond what its calls need … */
const MOST_SENT_SLACK = 2048;
/** … where these are not so many that their framing alone comes to more. */
const SHORT_SENT = 16_384;

/**
 * The claims on a site's own records: that it adapted without network, that C is the released one, and
 * that it did nothing but pull on the network.
 */
export function auditSite(
  { dir: home, name: site, witnesses, handed }: Site,
  store: PublicStore,
  egress: EgressResult | undefined,
): Claim[] {
  const unchanged: string[] = [];
  const runs: string[] = [];
  const apart = new Apartness();
  const staying = new Map(
    (handed.opened?.index.stays ?? []).map(({ path, sha256 }) => [path, sha256]),
  );
  for (const run of siteRuns(home)) {
    const { name, dir } = run;
    try {
      const { result, files } = json(Record, join(dir, 'record.json'));
      runs.push(`${name}: ${result.release.name} ${result.release.version} was adapted`);
      if (!result.classifierUnchanged) unchanged.push(`${name}: the run says that C changed`);
      // A run that was not accepted keeps no weights, and says so.
      if (!files || 'C.safetensors' in files)
        unchanged.push(...classifierFaults(run, result.release.digest, store));
      const at = relative(home, dir).split(sep).join('/');
      unchanged.push(...changedFiles(run, files, (file) => staying.get(`${at}/${file}`)));
      apart.read(name, join(dir, 'isolation.json'));
    } catch (error) {
      apart.unreadable(name, error);
    }
  }
  const kept = listed(join(home, 'evidence'));
  const excused = kept.filter((file) => isExcused(join(home, 'evidence', file), store));
  const conflicts = kept.filter((file) => !excused.includes(file));
  const none = runs.length === 0 ? ['0 runs: nothing was adapted here'] : [];
  return [
    ...apart.claims(site, runs, none),
    claim('site/classifier', `${site}: the classifier is bit for bit the released one`, {
      evidence: runs,
      findings: [...unchanged, ...foreignManifests(home, handed, store)],
      missing: none,
    }),
    claim('site/log', `${site}: it was shown one log`, {
      evidence: [
        `${witnesses.length} checkpoints kept, ${conflicts.length} that conflict`,
        ...excused.map((file) => `${file}: leaves that were lost, as the provider’s root says`),
      ],
      findings: conflicts.map(
        (file) => `evidence/${file}: two checkpoints of one log that cannot both be true`,
      ),
      missing: witnesses.length === 0 ? ['0 checkpoints: it has not pulled from a log yet'] : [],
    }),
    pullsAlone(site, egress),
  ];
}

/** Manifests that the site has pulled and the provider's store does not have. */
function foreignManifests(home: string, { opened }: Handed, store: PublicStore): string[] {
  const own = new Set(store.releases.map(({ digest }) => digest));
  return (opened?.index.files ?? [])
    .map(({ path }) => path)
    .filter((path) => /^releases\/[^/]+\/\d+\/manifest\.json$/.test(path))
    .filter((path) => existsSync(join(home, path)) && !own.has(digestOf(join(home, path))))
    .map((path) => `${path} is not a manifest of the store`);
}

const digestOf = (file: string): string => sha256(readBytes(file, MAX_MANIFEST_BYTES));

const Kept = z.looseObject({
  seen: z.string(),
  recoveries: z.union([z.number().int().nonnegative(), z.array(z.unknown())]).optional(),
});

/** Whether the provider's root says that what this site had seen is lost. */
function isExcused(file: string, store: PublicStore): boolean {
  try {
    const { seen, recoveries } = json(Kept, file);
    const all = recoveriesOf(store.roots);
    // A site that has accepted a loss names the statements themselves; each of them has to be there.
    const said = Array.isArray(recoveries)
      ? all.filter((one) => recoveries.some((named) => isDeepStrictEqual(named, one)))
      : all.slice(recoveries ?? 0);
    return explanation(said, parseCheckpoint(seen)) !== undefined;
  } catch {
    return false;
  }
}

/** @throws the system's error for what is no folder */
const listed = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir) : []);

/** Connections do not name their site, so the claim has to hold for every connection of a site. */
function pullsAlone(site: string, egress: EgressResult | undefined): Claim {
  const sentence = `${site}: nothing but pulls on the wire`;
  if (!egress)
    return notChecked('site/wire', sentence, '--log and --record: what was logged and recorded');
  const own = egress.connections.filter(({ who }) => who === 'site');
  const wide = own.filter(
    ({ sent }) =>
      sent.unexplained > 0 || (sent.slack > MOST_SENT_SLACK && sent.observed < SHORT_SENT),
  );
  const most = Math.max(0, ...own.map(({ sent }) => sent.observed));
  return claim('site/wire', sentence, {
    evidence: [
      `${own.length} connections of sites, none of which had more than ${most} bytes to the provider`,
    ],
    findings: wide.map(
      ({ connection, sent: { unexplained, slack } }) =>
        `connection ${connection}: ${unexplained > 0 ? `${unexplained} bytes that nothing explains` : `${slack} bytes beyond what its calls need`}`,
    ),
    missing: own.length === 0 ? ['0 connections of sites were recorded'] : [],
    notCovered: ['which connection was of which site, where sites show no certificate'],
  });
}

/** The adapted C against the C of the signed release. */
function classifierFaults({ name, dir }: RunFolder, digest: string, store: PublicStore): string[] {
  const release = store.releases.find((one) => one.digest === digest);
  if (!release) return [`adapted from a release that is not in the store: ${digest.slice(0, 16)}`];
  const file = release.files.find(({ path }) => path === 'C.safetensors');
  const released = file && fileBytes(store, file);
  if (!released) return ['the released C is not in the store'];
  return readBytes(join(dir, 'C.safetensors'), MOST_FILE_BYTES).equals(released)
    ? []
    : [`${name}: C.safetensors is not the released one`];
}
