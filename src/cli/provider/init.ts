import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path, positiveInteger, repeated } from '../options.js';
import { grouped } from '../fingerprint.js';

interface Options extends KeyOptions {
  host: string[];
  rootKeys: number;
  rootThreshold: number;
}

export function register(parent: Command, io: Io): void {
  const init = command(parent, 'init', 'make a store, its signing keys and a server certificate', [
    'fedshot provider init --store work/store',
    'fedshot provider init --store work/store --host weights.example.org --root-keys 3 --root-threshold 2',
  ])
    .requiredOption('--store <dir>', 'folder of the store, public', path)
    .option('--host <name>', 'name or address that sites reach the server under', repeated, [])
    .option('--root-keys <n>', 'how many root keys to make', positiveInteger, 1)
    .option('--root-threshold <n>', 'how many of them must sign a root', positiveInteger, 1);
  addKeyOptions(init).action(
    action(io, async (options: Options) => {
      const { initProvider } = await import('../../provider/keys/init.js');
      const value = await initProvider({
        ...options,
        keyring: keyringAt(options, io, true),
        hosts: options.host,
        now: io.now(),
      });
      return {
        value,
        text: () =>
          [
            `store: ${options.store}`,
            `keys:  ${value.keysDir} (private: the root keys belong on a medium that is not connected)`,
            `hand to every site: ${value.trustFile}`,
            `and, over another channel, its fingerprint: ${grouped(value.fingerprint)}`,
            `next: fedshot provider publish --model MODEL --name NAME --store ${options.store}`,
          ].join('\n'),
      };
    }),
  );
}
