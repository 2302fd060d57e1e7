import type { Command } from 'commander';
import removeSitesAuthority from '../../../api/provision/ca/remove.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: removeSitesAuthority,
    name: 'remove <fingerprint>',
    about: '3. refuse the certificates of the old one',
    examples: ['fedshot provision ca remove 90c2b7aa --store work/store'],
    text: ({ authority, cutOff }) =>
      [
        `${authority.slice(0, 16)}: its certificates are refused from now on`,
        ...(cutOff.length > 0 ? [`cut off until they are renewed: ${cutOff.join(', ')}`] : []),
      ].join('\n'),
  });
}
