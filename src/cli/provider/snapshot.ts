import type { Command } from 'commander';
import snapshot from '../../api/provider/snapshot.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: snapshot,
    name: 'snapshot <folder>',
    about: 'copy the log as of one moment, for an audit, while the server runs',
    examples: ['fedshot provider snapshot work/log-for-audit --store work/store'],
    text: ({ folder, size, root }) =>
      [
        `${folder}: ${size} leaves, root ${root}`,
        `next: fedshot audit --log ${folder} …, with what sites handed over before this copy`,
      ].join('\n'),
  });
}
