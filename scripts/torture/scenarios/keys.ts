import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inStore, office } from './common.js';
import type { Scenario } from './types.js';

const rotate = (role: string): Scenario => ({
  name: `keys rotate --role ${role}`,
  words: (at) => ['keys', 'rotate', '--role', role, ...inStore(at)],
  look: office,
});

export const KEYS: readonly Scenario[] = [
  ...['root', 'release', 'freshness', 'log', 'server'].map(rotate),
  { name: 'keys renew', words: (at) => ['keys', 'renew', ...inStore(at)], look: office },
  {
    name: 'keys ca add',
    words: (at) => ['keys', 'ca', 'add', ...inStore(at)],
    look: office,
  },
  {
    name: 'keys revoke',
    async prepare(at) {
      const file = readdirSync(at.at('store-keys')).find((name) => name.startsWith('release-'));
      writeFileSync(at.at('stolen'), /-([0-9a-f]+)/.exec(file ?? '')?.[1] ?? '');
      await Promise.resolve();
    },
    words: (at) => [
      ...['keys', 'revoke', '--key', readFileSync(at.at('stolen'), 'utf8'), ...inStore(at)],
    ],
    // The releases that the key had signed are signed anew: release 1 becomes release 2.
    look: office,
    between: /^release [12], audit PASS , keys that sign$/,
    already: ['usage', 'not-found'],
  },
];
