import { Option, type Command } from 'commander';
import type { EngineOptions } from '../shared/engine/types.js';
import { ENGINE_NAMES } from '../shared/engine/types.js';
import type { Io } from './io.js';
import { positiveInteger } from './options.js';

/** Adds `--engine`, `--device` and `--threads` to a command that computes. */
export function addEngineOptions(command: Command): Command {
  return command
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
    .option('--threads <n>', 'CPU threads (default: all cores)', positiveInteger);
}

/** The engine options among a command's options; `io` is told of an engine that is passed over. */
export function engineOptions(options: EngineOptions, { reporter }: Pick<Io, 'reporter'>) {
  const { engine, device, threads } = options;
  return { engine, device, threads, reporter } satisfies EngineOptions;
}
