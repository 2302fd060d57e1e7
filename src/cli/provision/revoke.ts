import type { Command } from 'commander';
import revokeSite from '../../api/provision/revoke.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: revokeSite,
    name: 'revoke <name>',
    about: 'revoke a site’s certificates; a running server knows at once',
    examples: ['fedshot provision revoke st-mary --store work/store'],
    text: ({ site, revoked }) =>
      revoked.length > 0
        ? `${site}: revoked ${revoked.join(', ')}`
        : `${site}: nothing was left to revoke`,
  });
}
