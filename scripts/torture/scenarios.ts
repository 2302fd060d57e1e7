/** The state-changing commands, and what may be seen of each after it was broken off. */
import { inProcess } from './command.js';
import { audited, keys, model, predictions, pulled, sites, store } from './look.js';
import { ADAPT, PUBLISH, PULL, TRAIN, type Place } from './world.js';

export interface Scenario {
  readonly name: string;
  /** Changes the copy of the world in which the command is to be broken. */
  prepare?(at: Place): Promise<void>;
  words(at: Place): string[];
  /** What is seen of a state. After a fault it must be what was before, or what an undisturbed run gives. */
  look(at: Place): Promise<string>;
  /** Seen besides these two, and right: what the person then has to do is said. */
  readonly between?: RegExp;
  /** Codes with which a repeated command may end when the broken one had in fact come to its end. */
  readonly already?: readonly string[];
}

const inStore = (at: Place): string[] => ['--store', at.at('store'), '--json'];
const both =
  (...looks: ((at: Place) => Promise<string>)[]) =>
  async (at: Place): Promise<string> => {
    const seen: string[] = [];
    for (const look of looks) seen.push(await look(at));
    return seen.join(', ');
  };
const office = both(store, (at) => keys(at));

const rotate = (role: string): Scenario => ({
  name: `keys rotate --role ${role}`,
  words: (at) => ['keys', 'rotate', '--role', role, ...inStore(at)],
  look: office,
});

const kit = (at: Place, name: string): string[] => [
  ...['--address', 'localhost:7443', '--out', at.at(name)],
];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'provider init',
    words: (at) => ['provider', 'init', '--store', at.at('fresh'), '--json'],
    look: (at) => keys(at, 'fresh'),
    // a store without its root yet has no keys to show
    between: /^refused: not-found$/,
    already: ['usage', 'io', 'trust'],
  },
  {
    name: 'provider train',
    words: (at) => TRAIN(at, 3, 'new-model'),
    look: (at) => model(at, 'new-model'),
  },
  {
    name: 'provider train, over a model',
    words: (at) => TRAIN(at, 3, 'model'),
    look: (at) => model(at, 'model'),
  },
  {
    name: 'provider publish, a new version',
    words: (at) => PUBLISH(at, 'model-2'),
    look: store,
  },
  {
    name: 'provider publish, a new name',
    words: (at) => PUBLISH(at, 'model-2').map((word) => (word === 'digits' ? 'letters' : word)),
    look: store,
  },
  {
    name: 'provider refresh',
    words: (at) => ['provider', 'refresh', ...inStore(at)],
    look: store,
  },
  {
    name: 'provider export',
    words: (at) => ['provider', 'export', at.at('public'), ...inStore(at)],
    look: (at) => pulled(at, at.at('public')),
    // nothing is there yet, or not all: a site gets no release, and nothing false
    between: /^refused: (not-found|network|io|trust|usage|digest|rollback|format)$/,
  },
  {
    name: 'provider export, over an older one',
    async prepare(at) {
      await inProcess(['provider', 'export', at.at('public'), ...inStore(at)]);
      await inProcess(PUBLISH(at, 'model-2'));
    },
    words: (at) => ['provider', 'export', at.at('public'), ...inStore(at)],
    look: (at) => pulled(at, at.at('public')),
  },
  ...['root', 'release', 'freshness', 'log', 'server'].map(rotate),
  { name: 'keys renew', words: (at) => ['keys', 'renew', ...inStore(at)], look: office },
  {
    name: 'keys ca add',
    words: (at) => ['keys', 'ca', 'add', ...inStore(at)],
    look: office,
  },
  {
    name: 'provision init',
    words: (at) => ['provision', 'init', '--store', at.at('bare'), '--json'],
    async prepare(at) {
      await inProcess(['provider', 'init', '--store', at.at('bare')]);
    },
    look: async (at) => {
      const { code, out } = await inProcess([
        ...['provision', 'site', 'probe', '--store', at.at('bare'), ...kit(at, 'probe')],
        '--json',
      ]);
      return code === 0 ? 'enrols' : `refused: ${/"code":"([^"]*)"/.exec(out)?.[1] ?? '?'}`;
    },
    already: ['usage', 'io', 'trust'],
  },
  {
    name: 'provision site',
    words: (at) => ['provision', 'site', 'ward-3', ...kit(at, 'kit-3'), ...inStore(at)],
    look: sites,
    already: ['usage', 'io', 'trust'],
  },
  {
    name: 'provision renew',
    words: (at) => ['provision', 'renew', 'ward-1', ...kit(at, 'kit-1-2'), ...inStore(at)],
    look: sites,
    already: ['usage', 'io'],
  },
  {
    name: 'provision revoke',
    words: (at) => ['provision', 'revoke', 'ward-1', ...inStore(at)],
    look: sites,
    already: ['not-found', 'usage'],
  },
  {
    name: 'provision ca add',
    words: (at) => ['provision', 'ca', 'add', ...inStore(at)],
    look: sites,
  },
  {
    name: 'client init',
    words: (at) => [
      ...['client', 'init', '--home', at.at('third'), '--json'],
      ...['--trust', at.at('store', 'trust.json')],
    ],
    look: async (at) => {
      const { code } = await inProcess(['client', 'trust', 'show', '--home', at.at('third')]);
      return code === 0 ? `trusts, ${await pulled(at, at.at('store'), 'third')}` : 'none';
    },
    already: ['usage', 'trust'],
  },
  {
    name: 'client init, with a kit',
    words: (at) => [
      ...['client', 'init', '--home', at.at('third'), '--json', '--kit', at.at('kit-ward-1')],
      ...['--trust', at.at('kit-ward-1', 'trust.json')],
    ],
    look: async (at) => {
      const { code } = await inProcess(['client', 'trust', 'show', '--home', at.at('third')]);
      return code === 0 ? `trusts, ${await pulled(at, at.at('store'), 'third')}` : 'none';
    },
    already: ['usage', 'trust'],
  },
  {
    name: 'client pull, the first',
    words: (at) => PULL(at, 'other'),
    look: (at) => predictions(at, 'other', '--source-model'),
  },
  {
    name: 'client pull, the next version',
    async prepare(at) {
      await inProcess(PUBLISH(at, 'model-2'));
    },
    words: (at) => PULL(at, 'home'),
    look: both(
      (at) => predictions(at, 'home', '--source-model'),
      (at) => predictions(at),
    ),
  },
  {
    name: 'client adapt, the first',
    async prepare(at) {
      await inProcess(PULL(at, 'other'));
    },
    words: (at) => ADAPT(at, 'other', 2),
    look: (at) => predictions(at, 'other'),
  },
  {
    name: 'client adapt, over an older one',
    words: (at) => ADAPT(at, 'home', 2),
    look: (at) => predictions(at),
  },
  {
    name: 'client trust update',
    async prepare(at) {
      await inProcess(['keys', 'rotate', '--role', 'release', ...inStore(at)]);
    },
    words: (at) => [
      ...['client', 'trust', 'update', '--from', at.at('store'), '--home', at.at('home'), '--json'],
    ],
    look: both(
      (at) => pulled(at, at.at('store'), 'home'),
      (at) => audited(at),
    ),
  },
];

export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  return scenario;
}
