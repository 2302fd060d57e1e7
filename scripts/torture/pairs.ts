/** Two commands at once, each slowed down at its disk operations by chance. */
import { withFault } from './command.js';
import { keys, model, predictions, pulled, sites, store } from './look.js';
import { ADAPT, PUBLISH, PULL, TRAIN, withCopy, type Place } from './world.js';

type Words = (at: Place) => string[];

export interface Pair {
  readonly name: string;
  readonly words: readonly [Words, Words];
  /** What is seen in the end. */
  look(at: Place): Promise<string>;
  /** What may be seen, given the exit codes. */
  readonly expect: RegExp | ((codes: readonly number[]) => RegExp);
  /** Exit codes other than 0 that are right for the one that comes second. */
  readonly late?: readonly number[];
}

export interface Meeting {
  readonly pair: string;
  readonly seed: number;
  readonly faults: readonly string[];
}

const inStore = (at: Place): string[] => ['--store', at.at('store'), '--json'];
const publish: Words = (at) => PUBLISH(at, 'model-2');
const refresh: Words = (at) => ['provider', 'refresh', ...inStore(at)];
const rotate =
  (role: string): Words =>
  (at) => ['keys', 'rotate', '--role', role, ...inStore(at)];
const renewKeys: Words = (at) => ['keys', 'renew', ...inStore(at)];
const renew =
  (kit: string): Words =>
  (at) => [
    ...['provision', 'renew', 'ward-1', '--address', 'localhost:7443', '--out', at.at(kit)],
    ...inStore(at),
  ];
const revoke: Words = (at) => ['provision', 'revoke', 'ward-1', ...inStore(at)];
const enrol =
  (name: string, kit: string): Words =>
  (at) => [
    ...['provision', 'site', name, '--address', 'localhost:7443', '--out', at.at(kit)],
    ...inStore(at),
  ];
const pull: Words = (at) => PULL(at, 'other');
const exportStore: Words = (at) => ['provider', 'export', at.at('public'), ...inStore(at)];
const init: Words = (at) => [
  ...['client', 'init', '--home', at.at('third'), '--json'],
  ...['--trust', at.at('store', 'trust.json')],
];

const whole = async (at: Place): Promise<string> => `${await store(at)}, ${await keys(at)}`;
const WHOLE_1 = /^release 1, audit PASS , keys that sign$/;
const WHOLE = /^release [12], audit PASS , keys that sign$/;
const WHOLE_2 = /^release 2, audit PASS , keys that sign$/;

/**
 * 2: another root was published in the meantime; 13: the root was replaced. Both change nothing, and say
 * that the command is to be run again where it is still wanted.
 */
const OVERTAKEN = [2, 13];

export const PAIRS: readonly Pair[] = [
  {
    name: 'publish + publish',
    words: [publish, publish],
    look: whole,
    expect: /^release [23], audit PASS , keys that sign$/,
  },
  { name: 'publish + refresh', words: [publish, refresh], look: whole, expect: WHOLE_2 },
  {
    name: 'publish + rotate release',
    words: [publish, rotate('release')],
    look: whole,
    late: OVERTAKEN,
    // the new key signs what is there anew, under the next version
    expect: /^release [23], audit PASS , keys that sign$/,
  },
  {
    name: 'publish + rotate freshness',
    words: [publish, rotate('freshness')],
    look: whole,
    late: OVERTAKEN,
    expect: WHOLE,
  },
  {
    name: 'publish + rotate root',
    words: [publish, rotate('root')],
    look: whole,
    late: OVERTAKEN,
    expect: WHOLE,
  },
  {
    name: 'refresh + rotate freshness',
    words: [refresh, rotate('freshness')],
    look: whole,
    late: OVERTAKEN,
    expect: WHOLE_1,
  },
  {
    name: 'rotate release + rotate log',
    words: [rotate('release'), rotate('log')],
    look: whole,
    late: OVERTAKEN,
    expect: WHOLE,
  },
  {
    name: 'rotate root + renew',
    words: [rotate('root'), renewKeys],
    look: whole,
    late: OVERTAKEN,
    expect: WHOLE_1,
  },
  {
    name: 'export + publish',
    words: [exportStore, publish],
    look: async (at) => `${await pulled(at, at.at('public'))}, ${await whole(at)}`,
    expect: /^release [12], release 2, audit PASS , keys that sign$/,
  },
  {
    name: 'provision renew + revoke',
    words: [renew('kit-a'), revoke],
    look: sites,
    // 13: a renewal that was overtaken hands nothing out, and says so
    late: [13],
    // a renewal that comes after the revocation makes one certificate more; what was revoked stays so
    expect: /^ward-1 (0 valid [12] revoked|1 valid 1 revoked), ward-2 1 valid 0 revoked$/,
  },
  {
    name: 'provision renew + renew',
    words: [renew('kit-a'), renew('kit-b')],
    look: sites,
    expect: /^ward-1 3 valid 0 revoked, ward-2 1 valid 0 revoked$/,
  },
  {
    name: 'provision site + site',
    words: [enrol('ward-3', 'kit-a'), enrol('ward-4', 'kit-b')],
    look: sites,
    expect: /ward-3 1 valid 0 revoked, ward-4 1 valid 0 revoked$/,
  },
  {
    name: 'provision site + the same site',
    words: [enrol('ward-3', 'kit-a'), enrol('ward-3', 'kit-b')],
    look: sites,
    late: [2, 6, 13],
    expect: /ward-3 1 valid 0 revoked$/,
  },
  {
    name: 'provision revoke + revoke',
    words: [revoke, revoke],
    look: sites,
    late: [2, 7],
    expect: /^ward-1 0 valid 1 revoked/,
  },
  {
    name: 'client pull + pull',
    words: [pull, pull],
    look: (at) => predictions(at, 'other', '--source-model'),
    expect: /^answers /,
  },
  {
    name: 'client adapt + adapt',
    words: [(at) => ADAPT(at, 'home', 2), (at) => ADAPT(at, 'home', 3)],
    look: predictions,
    expect: /^answers /,
  },
  {
    name: 'client pull + adapt',
    words: [(at) => PULL(at, 'home'), (at) => ADAPT(at, 'home', 2)],
    look: predictions,
    expect: /^answers /,
  },
  {
    name: 'client init + init',
    words: [init, init],
    look: (at) => pulled(at, at.at('store'), 'third'),
    late: [2, 13],
    expect: /^release 1$/,
  },
  {
    name: 'train + train',
    words: [(at) => TRAIN(at, 3, 'model'), (at) => TRAIN(at, 4, 'model')],
    look: (at) => model(at, 'model'),
    late: [2],
    expect: /^model /,
  },
  {
    name: 'train + publish',
    words: [(at) => TRAIN(at, 3, 'model-2'), publish],
    look: async (at) => `${await model(at, 'model-2')}, ${await whole(at)}`,
    late: [11],
    expect: /^model \w+, release [12], audit PASS , keys that sign$/,
  },
];

export function pairNamed(name: string): Pair {
  const pair = PAIRS.find((one) => one.name === name);
  if (!pair) throw new Error(`no pair ${name}`);
  return pair;
}

/** Lets two commands meet in a copy of `world`, each slowed down by chance. */
export const meet = (world: Place, pair: Pair, seed: number): Promise<Meeting> =>
  withCopy(world, (at) => meetIn(at, pair, seed));

async function meetIn(at: Place, pair: Pair, seed: number): Promise<Meeting> {
  const { late = [] } = pair;
  const ends = await Promise.all(
    pair.words.map((words, i) =>
      withFault(words(at), { root: at.dir, kind: 'delay', seed: 2 * seed + i }),
    ),
  );
  const faults = ends.flatMap(({ code, err, hung }) => {
    if (hung) return ['hung'];
    return code === 0 || late.includes(code) ? [] : [`exit ${code}: ${err.trim()}`];
  });
  const codes = ends.map(({ code }) => code);
  if (codes.every((code) => code !== 0)) faults.push('both were refused');
  const seen = await withCopy(at, (copy) => pair.look(copy));
  const expected = typeof pair.expect === 'function' ? pair.expect(codes) : pair.expect;
  if (!expected.test(seen)) faults.push(`what is seen: ${seen}`);
  return { pair: pair.name, seed, faults };
}
