import type { Command } from 'commander';
import refresh from '../../api/provider/refresh.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: refresh,
    name: 'refresh',
    about: 'sign the list of releases anew, so it stays fresh',
    examples: ['fedshot provider refresh --store work/store'],
    text: ({ releases, expires }) =>
      `${Object.keys(releases).length} releases, fresh until ${expires}`,
  });
}
