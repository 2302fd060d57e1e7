import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readBytes } from '../shared/files.js';
import { witnessedNotes } from '../shared/log/index.js';
import type { EgressResult } from './egress/index.js';
import { fileBytes } from './release.js';
import type { PublicStore } from './store.js';
import type { Witness } from './log.js';
import { claim, type Claim } from './types.js';

const Record = z.looseObject({
  result: z.looseObject({
    classifierUnchanged: z.boolean(),
    release: z.looseObject({ name: z.string(), version: z.number(), digest: z.string() }),
  }),
});
const Isolation = z.looseObject({
  mechanism: z.string(),
  network: z.string(),
  files: z.string(),
  interfaces: z.array(z.string()),
  attempts: z.array(z.looseObject({ attempt: z.string(), result: z.string() })),
});
const State = z.looseObject({ checkpoint: z.string().optional() });

const json = <T>(schema: z.ZodType<T>, file: string): T =>
  schema.parse(JSON.parse(readBytes(file).toString()));

/** The checkpoints that a site keeps. */
export function siteWitnesses(home: string): Witness[] {
  const file = join(home, 'trust', 'state.json');
  if (!existsSync(file)) return [];
  const { checkpoint } = json(State, file);
  return witnessedNotes(checkpoint).map((note) => ({ name: home, note }));
}

/** A most that a site can have said in one connection beyond what its calls need; see the issue of covert room. */
const MOST_SENT_SLACK = 2048;

/**
 * What a site's own records say: that it adapted apart from the network, that C is the released one,
 * and that what it said on the wire were pulls.
 */
export function auditSite(
  home: string,
  store: PublicStore,
  egress: EgressResult | undefined,
): Claim[] {
  const isolated: string[] = [];
  const unchanged: string[] = [];
  const runs: string[] = [];
  const adapted = join(home, 'adapted');
  for (const name of existsSync(adapted) ? readdirSync(adapted) : []) {
    const dir = join(adapted, name);
    try {
      const { result } = json(Record, join(dir, 'record.json'));
      runs.push(`${name} ${result.release.version} was adapted`);
      if (!result.classifierUnchanged) unchanged.push(`${name}: the run says that C changed`);
      unchanged.push(...classifierFaults(dir, result.release.digest, store));
      const file = join(dir, 'isolation.json');
      if (!existsSync(file)) isolated.push(`${name}: no record of isolation`);
      else {
        const { network, mechanism, attempts, interfaces } = json(Isolation, file);
        if (network !== 'none')
          isolated.push(`${name}: the network could be reached (${interfaces.join(', ')})`);
        const through = attempts.filter(({ result }) => result === 'succeeded');
        isolated.push(...through.map(({ attempt }) => `${name}: it could ${attempt}`));
        runs.push(
          `${name}: isolated by ${mechanism}, ${attempts.length} ways out tried and refused`,
        );
      }
    } catch (error) {
      isolated.push(
        `${name}: its records cannot be read: ${(error as Error).message.split('\n')[0]!}`,
      );
    }
  }
  const evidence = join(home, 'evidence');
  const conflicts = existsSync(evidence) ? readdirSync(evidence) : [];
  const wide = (egress?.connections ?? []).filter(
    ({ sent }) => sent.slack > MOST_SENT_SLACK && sent.observed < 16_384,
  );
  return [
    claim('site', `${home}: what read private data had no network`, {
      evidence: runs,
      findings: isolated,
      notCovered: [
        'the record is the site’s own: it vouches for itself to its auditor, not to the world',
      ],
    }),
    claim('site', `${home}: the classifier is bit for bit the released one`, {
      evidence: runs.slice(0, 1),
      findings: unchanged,
    }),
    claim('site', `${home}: it was shown one log, and sent nothing but pulls`, {
      evidence: [`${conflicts.length} conflicting checkpoints`],
      findings: [
        ...conflicts.map(
          (file) => `${join(evidence, file)}: two checkpoints of one log that cannot both be true`,
        ),
        ...wide.map(
          ({ connection, sent }) =>
            `connection ${connection}: ${sent.slack} bytes beyond what its calls need`,
        ),
      ],
    }),
  ];
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
