import { existsSync } from 'node:fs';
import { inProcess } from '../command.js';
import { sites } from '../look.js';
import type { Place } from '../world.js';
import { inStore } from './common.js';
import type { Scenario } from './types.js';

const kit = (at: Place, name: string): string[] => [
  ...['--address', 'localhost:7443', '--out', at.at(name)],
];

const approval = (at: Place, name: string): string[] => [
  ...['provision', 'approve', at.at('enrolment', 'ward-5.csr'), ...kit(at, name), ...inStore(at)],
];

/** Whether a request is there, and the provider can grant it. */
async function approved(at: Place): Promise<string> {
  if (!existsSync(at.at('enrolment', 'ward-5.csr'))) return 'none';
  const { code } = await inProcess(approval(at, 'look-5'));
  const key = existsSync(at.at('enrolment', 'site-key.pem')) ? 'key at hand' : 'key lost';
  return `exit ${code}, ${key}`;
}

export const PROVISION: readonly Scenario[] = [
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
    name: 'provision request',
    words: (at) => ['provision', 'request', 'ward-5', '--out', at.at('enrolment'), '--json'],
    look: approved,
    already: ['usage'],
  },
  {
    name: 'provision approve',
    async prepare(at) {
      await inProcess(['provision', 'request', 'ward-5', '--out', at.at('enrolment')]);
    },
    words: (at) => approval(at, 'kit-5'),
    look: sites,
    already: ['usage'],
  },
];
