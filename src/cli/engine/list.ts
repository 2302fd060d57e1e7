import type { Command } from 'commander';
import type { EngineListing, EngineOptions } from '../../shared/engine/index.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';

export function registerList(parent: Command, io: Io): void {
  const list = command(parent, 'list', 'what can compute here, what is chosen, and why', [
    'fedshot engine list',
  ]);
  addEngineOptions(list).action(
    action(io, async (options: EngineOptions) => {
      const { listEngines } = await import('../../shared/engine/index.js');
      const { table } = await import('../../shared/report/terminal/index.js');
      const engines = listEngines(engineOptions(options));
      const text = (): string =>
        table<EngineListing>(
          [
            { heading: '', value: ({ chosen }) => (chosen ? '→' : '') },
            { heading: 'engine', value: ({ engine }) => engine },
            { heading: 'device', value: ({ device }) => device },
            { heading: 'version', value: ({ version }) => version },
            { heading: 'from', value: ({ source }) => source },
            { heading: '', value: ({ why }) => why },
          ],
          engines,
        );
      return { value: { engines }, text };
    }),
  );
}
