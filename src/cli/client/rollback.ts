import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';
import { inUseLine } from './in-use-line.js';

interface Options {
  home: string;
  name: string;
}

export function register(parent: Command, io: Io): void {
  command(parent, 'rollback', 'go back to the run that was accepted and in use before', [
    'fedshot client rollback --home work/site --name digits',
  ])
    .requiredOption('--home <dir>', 'folder of this site', path)
    .requiredOption('--name <release>', 'the release whose adaptation is taken back')
    .action(
      action(io, async ({ home, name }: Options) => {
        const { rollBack } = await import('../../client/runs/manage.js');
        const value = await rollBack(home, name, io.reporter);
        return { value, text: () => inUseLine(value) };
      }),
    );
}
