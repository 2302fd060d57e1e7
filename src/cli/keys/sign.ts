import type { Command } from 'commander';
import signRoot from '../../api/keys/sign.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeRoot } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: signRoot,
    name: 'sign <draft>',
    about: 'add signatures to a root that needs more of them',
    examples: [
      'fedshot keys sign work/store-keys/draft-root-2.json --store work/store --keys /media/usb/keys',
    ],
    text: describeRoot,
  });
}
