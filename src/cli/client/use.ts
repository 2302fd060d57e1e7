import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';
import { inUseLine } from './in-use-line.js';

interface Options {
  home: string;
  name?: string;
  force: boolean;
}

export function register(parent: Command, io: Io): void {
  command(parent, 'use <run>', 'put a run into use: its id, the beginning of it, or its name', [
    'fedshot client use 20261127T132927123Z-4c1f0a --home work/site',
    'fedshot client use nightly --home work/site --name digits --force',
  ])
    .requiredOption('--home <dir>', 'folder of this site', path)
    .option('--name <release>', 'refuse a run of any other release')
    .option('--force', 'also where the battery had not accepted it', false)
    .action(
      action(io, async ({ home, name, force }: Options, run: string) => {
        const { putIntoUse } = await import('../../client/runs/manage.js');
        const value = await putIntoUse(home, run, {
          name,
          force,
          now: io.now(),
          reporter: io.reporter,
        });
        return { value, text: () => inUseLine(value) };
      }),
    );
}
