import type { Command } from 'commander';
import evidence from '../../api/provider/evidence.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { logged } from './log-line.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: evidence,
    name: 'evidence <folder>',
    about: 'copy store and log as of one moment for an auditor, signed by the log key; no keys',
    examples: ['fedshot provider evidence work/for-the-auditor --store work/store'],
    text: ({ folder, files, bytes, root, log }) =>
      [
        `${folder}: ${files} files of ${bytes} bytes, root ${root}, ${logged(log)}`,
        `next, at the auditor: fedshot audit --provider ${folder} --trust trust.json …`,
      ].join('\n'),
  });
}
