import type { Command } from 'commander';
import backup from '../../api/provider/backup.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { logged } from './log-line.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: backup,
    name: 'backup <folder>',
    about: 'copy store, log and sealed keys to a new folder, while the server runs',
    examples: ['fedshot provider backup /mnt/backup/2026-11-27 --store work/store'],
    text: ({ folder, root, log, keys }) =>
      [
        `${folder}: root ${root}, ${logged(log)}, ${keys} sealed keys`,
        'how to restore it: docs/operations.md',
      ].join('\n'),
  });
}
