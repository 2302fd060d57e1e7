import type { Command } from 'commander';
import revokeKeys from '../../api/keys/revoke.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeRoot } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: revokeKeys,
    name: 'revoke',
    about: 'take keys out of the root, e.g. after a theft',
    examples: ['fedshot keys revoke --key 3fa94c1d --store work/store'],
    text: describeRoot,
  });
}
