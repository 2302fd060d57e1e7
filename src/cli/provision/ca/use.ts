import type { Command } from 'commander';
import useSitesAuthority from '../../../api/provision/ca/use.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: useSitesAuthority,
    name: 'use <fingerprint>',
    about: '2. let it issue: sites are renewed one by one',
    examples: ['fedshot provision ca use 3fa94c1d --store work/store'],
    text: ({ authority }) =>
      [
        `${authority.slice(0, 16)} issues from now on; certificates of the others stay valid`,
        'next: fedshot provision renew NAME … for each site, then fedshot provision ca remove OLD',
      ].join('\n'),
  });
}
