import type { Command } from 'commander';
import type { EngineListing, EngineOptions, MissingEngine } from '../../shared/engine/index.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';

export function registerList(parent: Command, io: Io): void {
  const list = command(parent, 'list', 'what can compute here, what is chosen, and why', [
    'fedshot engine list',
  ]);
  addEngineOptions(list).action(
    action(io, async (options: EngineOptions) => {
      const { surveyEngines } = await import('../../shared/engine/index.js');
      const { table } = await import('../../shared/report/terminal/index.js');
      const { engines, missing } = surveyEngines(engineOptions(options, io));
      const text = (): string =>
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
        );
      return { value: { engines, missing }, text };
    }),
  );
}
