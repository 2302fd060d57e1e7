import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';
import { describeRoot } from './text.js';

export function register(parent: Command, io: Io): void {
  const renew = command(parent, 'renew', 'sign the root as it is for another year', [
    'fedshot keys renew --store work/store',
    'fedshot keys sign work/store-keys/draft-root-2.json --store work/store --keys /media/usb/keys',
  ]).requiredOption('--store <dir>', 'folder of the store', path);
  addKeyOptions(renew).action(
    action(io, async (options: KeyOptions) => {
      const { renewRoot } = await import('../../provider/keys/rotate.js');
      const keyring = keyringAt(options, io);
      const value = await renewRoot({ store: options.store, keyring, now: io.now() });
      return { value, text: () => describeRoot(value) };
    }),
  );
}
