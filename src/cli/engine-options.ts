import { Option, type Command } from 'commander';
import type { EngineOptions } from '../shared/engine/types.js';
import { ENGINE_NAMES } from '../shared/engine/types.js';
import type { Io } from './io.js';
import { positiveInteger } from './options.js';

/** Heading, under `--help`, of what says on what and how apart a command computes. */
export const WHERE_IT_RUNS = 'Where it runs:';

/** Adds `--engine`, `--device` and `--threads` to a command that computes. */
export function addEngineOptions(command: Command): Command {
  const before = command.optionsGroup();
  return command
    .optionsGroup(WHERE_IT_RUNS)
    .addOption(
      new Option('--engine <name>', 'tensor engine; auto takes the fastest that loads')
        .choices(['auto', ...ENGINE_NAMES])
        .env('FEDSHOT_ENGINE')
        .default('auto'),
    )
    .addOption(
      new Option('--device <device>', 'auto takes a GPU where the engine has one')
        .choices(['auto', 'cpu', 'cuda'])
        .default('auto'),
    )
    .option('--threads <n>', 'CPU threads (default: all cores)', positiveInteger)
    .optionsGroup(before);
}

/** The engine options among a command's options; `io` is told of an engine that is passed over. */
export function engineOptions(options: EngineOptions, { reporter }: Pick<Io, 'reporter'>) {
  const { engine, device, threads } = options;
  return { engine, device, threads, reporter } satisfies EngineOptions;
}
