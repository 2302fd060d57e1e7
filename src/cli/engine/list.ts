import type { Command } from 'commander';
import list from '../../api/engine/list.js';
import type { EngineListing, MissingEngine } from '../../shared/engine/index.js';
import { table } from '../../shared/report/terminal/index.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function registerList(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: list,
    name: 'list',
    about: 'what can compute here, what is chosen, and why',
    examples: ['fedshot engine list'],
    text: ({ engines, missing }) =>
      table<EngineListing | MissingEngine>(
        [
          { heading: '', value: (row) => ('chosen' in row && row.chosen ? '→' : '') },
          { heading: 'engine', value: ({ engine }) => engine },
          { heading: 'device', value: ({ device }) => device },
          { heading: 'version', value: (row) => ('version' in row ? row.version : '–') },
          { heading: 'from', value: (row) => ('source' in row ? row.source : '–') },
          { heading: '', value: ({ why }) => why },
        ],
        [...engines, ...missing],
      ),
  });
}
