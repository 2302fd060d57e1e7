import { existsSync } from 'node:fs';
import { inProcess } from '../command.js';
import { keys, model, pulled, store } from '../look.js';
import { PUBLISH, TRAIN } from '../world.js';
import { inStore } from './common.js';
import type { Scenario } from './types.js';

export const PROVIDER: readonly Scenario[] = [
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
  {
    name: 'provider backup',
    words: (at) => ['provider', 'backup', at.at('backup'), ...inStore(at)],
    look: async (at) => {
      if (!existsSync(at.at('backup'))) return 'none';
      return `${await pulled(at, at.at('backup', 'store'))}, ${await keys(at, 'backup/store', 'backup/keys')}`;
    },
    already: ['io'],
  },
];
