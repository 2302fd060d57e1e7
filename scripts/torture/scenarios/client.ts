import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inProcess } from '../command.js';
import { audited, predictions, pulled } from '../look.js';
import { ADAPT, PUBLISH, PULL } from '../world.js';
import { both, inStore } from './common.js';
import type { Scenario } from './types.js';

const isRun = (name: string): boolean => /^\d/.test(name);

export const CLIENT: readonly Scenario[] = [
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
  {
    name: 'client use',
    async prepare(at) {
      writeFileSync(at.at('older'), readdirSync(at.at('home', 'runs')).find(isRun) ?? '');
      await inProcess(ADAPT(at, 'home', 2));
    },
    words: (at) => [
      ...['client', 'use', readFileSync(at.at('older'), 'utf8'), '--home', at.at('home')],
      ...['--force', '--json'],
    ],
    look: (at) => predictions(at),
  },
  {
    name: 'client rollback',
    async prepare(at) {
      await inProcess(ADAPT(at, 'home', 2));
    },
    words: (at) => [
      ...['client', 'rollback', '--home', at.at('home'), '--name', 'digits', '--json'],
    ],
    look: (at) => predictions(at),
    already: ['not-found', 'usage'],
  },
];
