import type { Command } from 'commander';
import renewRoot from '../../api/keys/renew.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeRoot } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: renewRoot,
    name: 'renew',
    about: 'sign the root as it is for another year',
    examples: [
      'fedshot keys renew --store work/store',
      'fedshot keys sign work/store-keys/draft-root-2.json --store work/store --keys /media/usb/keys',
    ],
    text: describeRoot,
  });
}
