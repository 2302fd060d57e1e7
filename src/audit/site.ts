import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { FedshotError } from '../shared/errors.js';
import { parseCheckpoint, witnessedStates } from '../shared/log/index.js';
import { Apartness, json } from './apart.js';
import type { EgressResult } from './egress/index.js';
import { explanation, recoveriesOf } from './log-history.js';
import { fileBytes } from './release.js';
import { changedFiles, siteRuns } from './site-runs.js';
import type { PublicStore } from './store.js';
import type { Witness } from './log.js';
import { claim, notChecked, type Claim } from './types.js';

const Record = z.looseObject({
  result: z.looseObject({
    classifierUnchanged: z.boolean(),
    release: z.looseObject({ name: z.string(), version: z.number(), digest: z.string() }),
  }),
  files: z.record(z.string().regex(/^[\w.-]+$/), z.string()).optional(),
});
const State = z.looseObject({ checkpoint: z.string().optional() });

/** The checkpoints that a site keeps. */
export function siteWitnesses(home: string): Witness[] {
  const file = join(home, 'trust', 'state.json');
  if (!existsSync(file)) return [];
  const { checkpoint } = json(State, file);
  return witnessedStates(checkpoint).map((seen) => ({ name: home, ...seen }));
}

/** The most that a site can have said in one connection beyond what its calls need … */
const MOST_SENT_SLACK = 2048;
/** … where these are not so many that their framing alone comes to more. */
const SHORT_SENT = 16_384;

/**
 * What a site's own records say: that it adapted apart from the network, that C is the released one,
 * and that what it said on the wire were pulls.
 *
 * @throws FedshotError `not-found` for a folder that is not a site's home
 */
export function auditSite(
  home: string,
  store: PublicStore,
  egress: EgressResult | undefined,
): Claim[] {
  if (!existsSync(join(home, 'trust')))
    throw new FedshotError('not-found', `${home}: not the home of a site`, {
      hint: 'give --site the folder that the site gives to --home',
    });
  const unchanged: string[] = [];
  const runs: string[] = [];
  const apart = new Apartness();
  for (const run of siteRuns(home)) {
    const { name, dir } = run;
    try {
      const { result, files } = json(Record, join(dir, 'record.json'));
      runs.push(`${name}: ${result.release.name} ${result.release.version} was adapted`);
      if (!result.classifierUnchanged) unchanged.push(`${name}: the run says that C changed`);
      // A run that was not accepted keeps no weights, and says so.
      if (!files || 'C.safetensors' in files)
        unchanged.push(...classifierFaults(dir, result.release.digest, store));
      unchanged.push(...changedFiles(run, files));
      apart.read(name, join(dir, 'isolation.json'));
    } catch (error) {
      apart.unreadable(name, error);
    }
  }
  const evidence = join(home, 'evidence');
  const kept = existsSync(evidence) ? readdirSync(evidence) : [];
  const excused = kept.filter((file) => isExcused(join(evidence, file), store));
  const conflicts = kept.filter((file) => !excused.includes(file));
  return [
    ...apart.claims(home, runs.length > 0 ? runs : ['nothing was adapted here']),
    claim('site', `${home}: the classifier is bit for bit the released one`, {
      evidence: runs,
      findings: unchanged,
    }),
    claim('site', `${home}: it was shown one log`, {
      evidence: [
        `${conflicts.length} conflicting checkpoints`,
        ...excused.map((file) => `${file}: leaves that were lost, as the provider’s root says`),
      ],
      findings: conflicts.map(
        (file) => `${join(evidence, file)}: two checkpoints of one log that cannot both be true`,
      ),
    }),
    pullsAlone(home, egress),
  ];
}

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

/** No connection bears the name of a site, so that each has to hold for every one of them. */
function pullsAlone(home: string, egress: EgressResult | undefined): Claim {
  const sentence = `${home}: nothing but pulls on the wire`;
  if (!egress) return notChecked('site', sentence, 'needs --log and --record');
  const wide = egress.connections.filter(
    ({ sent }) =>
      sent.unexplained > 0 || (sent.slack > MOST_SENT_SLACK && sent.observed < SHORT_SENT),
  );
  const sent = egress.connections.map((connection) => connection.sent.observed);
  return claim('site', sentence, {
    evidence: [
      `${sent.length} connections, none of which had more than ${Math.max(0, ...sent)} bytes to the provider`,
    ],
    findings: wide.map(
      ({ connection, sent: { unexplained, slack } }) =>
        `connection ${connection}: ${unexplained > 0 ? `${unexplained} bytes that nothing explains` : `${slack} bytes beyond what its calls need`}`,
    ),
    notCovered: ['which connection was of which site, where sites show no certificate'],
  });
}

/** The adapted C against the C of the signed release. */
function classifierFaults(dir: string, digest: string, store: PublicStore): string[] {
  const release = store.releases.find((one) => one.digest === digest);
  if (!release) return [`adapted from a release that is not in the store: ${digest.slice(0, 16)}`];
  const file = release.files.find(({ path }) => path === 'C.safetensors')!;
  const released = fileBytes(store, file);
  if (!released) return ['the released C is not in the store'];
  return readFileSync(join(dir, 'C.safetensors')).equals(released)
    ? []
    : [`${dir}/C.safetensors is not the released one`];
}
