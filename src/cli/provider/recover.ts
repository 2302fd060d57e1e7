import type { Command } from 'commander';
import recover from '../../api/provider/recover.js';
import type { Io } from '../io.js';
import { describeRoot } from '../keys/text.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: recover,
    name: 'recover',
    about: 'after the log was restored from a back-up: say so in the next root, once',
    examples: ['fedshot provider recover --store work/store'],
    text: (result) =>
      [
        `${result.recovery.origin} goes on from ${result.recovery.size} leaves; what was logged after them is lost, and sites are told so`,
        describeRoot(result),
      ].join('\n'),
  });
}
