import { InvalidArgumentError, Option, type Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';

interface Options {
  device: 'cpu' | 'cuda';
  index?: string;
  sha256?: string;
}

function sha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Expected 64 hex digits.');
}

export function registerInstall(parent: Command, io: Io): void {
  command(
    parent,
    'install [engine]',
    'fetch an engine into your cache folder, or FEDSHOT_ENGINES: libtorch or tensorflow',
    [
      'fedshot engine install',
      'fedshot engine install --device cuda',
      'fedshot engine install tensorflow',
    ],
  )
    .addOption(
      new Option('--device <device>', 'what to compute on').choices(['cpu', 'cuda']).default('cpu'),
    )
    .option('--index <url>', 'a package index beside those that pip is configured with')
    .option('--sha256 <hex>', 'refuse any wheel but the one with this SHA-256', sha256)
    .action(
      action(
        io,
        async ({ device, index, ...pinned }: Options, engine: string | undefined = 'libtorch') => {
          const { installEngine } = await import('../../shared/engine/index.js');
          const { env, reporter, signal } = io;
          const options = { device, index, sha256: pinned.sha256, env, reporter, signal };
          const installed = await installEngine(engine, options);
          return {
            value: installed,
            text: () => `${engine} ${installed.version} is in ${installed.folder}`,
          };
        },
      ),
    );
  command(parent, 'ensure', 'fetch LibTorch if nothing fast is here; never fails for want of it', [
    'fedshot engine ensure',
  ])
    .option('--index <url>', 'a package index beside those that pip is configured with')
    .action(
      action(io, async ({ index }: Options) => {
        const { ensureEngine } = await import('../../shared/engine/index.js');
        const { env, reporter, signal } = io;
        const value = await ensureEngine({ index, env, reporter, signal });
        return { value, text: () => `engine: ${value.engine} ${value.version} on ${value.device}` };
      }),
    );
}
