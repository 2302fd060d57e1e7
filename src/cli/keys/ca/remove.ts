import type { Command } from 'commander';
import removeAuthority from '../../../api/keys/ca/remove.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';
import { describeRoot } from '../text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: removeAuthority,
    name: 'remove <fingerprint>',
    about: '3. take the old one out of the next root',
    examples: ['fedshot keys ca remove 90c2b7aa --store work/store'],
    text: describeRoot,
  });
}
