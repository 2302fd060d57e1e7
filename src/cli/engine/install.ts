import { Option, type Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';

interface Options {
  device: 'cpu' | 'cuda';
  index?: string;
}

export function registerInstall(parent: Command, io: Io): void {
  command(parent, 'install', 'fetch LibTorch with pip into your cache folder', [
    'fedshot engine install',
    'fedshot engine install --device cuda',
  ])
    .addOption(
      new Option('--device <device>', 'what to compute on').choices(['cpu', 'cuda']).default('cpu'),
    )
    .option('--index <url>', 'a package index beside those that pip is configured with')
    .action(
      action(io, async (options: Options) => {
        const { installLibtorch } = await import('../../shared/engine/index.js');
        const { reporter, signal } = io;
        const installed = await installLibtorch({ ...options, reporter, signal });
        const { version, folder } = installed;
        return { value: installed, text: () => `LibTorch ${version} is in ${folder}` };
      }),
    );
  command(parent, 'ensure', 'fetch LibTorch if nothing fast is here; never fails for want of it', [
    'fedshot engine ensure',
  ])
    .option('--index <url>', 'a package index beside those that pip is configured with')
    .action(
      action(io, async ({ index }: Options) => {
        const { ensureEngine } = await import('../../shared/engine/index.js');
        const value = await ensureEngine({ index, reporter: io.reporter, signal: io.signal });
        return { value, text: () => `engine: ${value.engine} ${value.version} on ${value.device}` };
      }),
    );
}
