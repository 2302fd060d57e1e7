import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path, repeated } from '../options.js';
import { describeRoot } from './text.js';

interface Options extends KeyOptions {
  key: string[];
}

export function register(parent: Command, io: Io): void {
  const revoke = command(parent, 'revoke', 'take keys out of the root, e.g. after a theft', [
    'fedshot keys revoke --key 3fa94c1d --store work/store',
  ])
    .requiredOption('--key <id>', 'key id, or its first 8 digits or more', repeated)
    .requiredOption('--store <dir>', 'folder of the store', path);
  addKeyOptions(revoke).action(
    action(io, async ({ key, store, ...options }: Options) => {
      const { revokeKeys } = await import('../../provider/keys/rotate.js');
      const keyring = keyringAt({ store, ...options }, io);
      const value = await revokeKeys({ store, keyring, now: io.now(), keyids: key });
      return { value, text: () => describeRoot(value) };
    }),
  );
}
