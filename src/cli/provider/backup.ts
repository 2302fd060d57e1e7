import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';

interface Options extends KeyOptions {
  log?: string;
  /** false for --no-with-keys. */
  withKeys: boolean;
}

export function register(parent: Command, io: Io): void {
  const backup = command(
    parent,
    'backup <folder>',
    'copy store, log and sealed keys to a new folder, while the server runs',
    ['fedshot provider backup /mnt/backup/2026-11-27 --store work/store'],
  )
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--log <dir>', 'folder of the log (default: the store’s name + -log)', path)
    .option('--no-with-keys', 'leave out the folder of the keys, and with it the enrolled sites');
  addKeyOptions(backup).action(
    action(io, async ({ store, log, withKeys, ...options }: Options, folder: string) => {
      const { backupProvider } = await import('../../provider/backup/backup.js');
      const keyring = keyringAt({ store, ...options }, io);
      const out = path(folder);
      const from = { store, keyring, dir: log, withKeys, now: () => io.now() };
      const value = await backupProvider(from, out);
      const logged = value.log ? `a log of ${value.log.size} leaves` : 'no log yet';
      return {
        value: { ...value, folder: out },
        text: () =>
          `${out}: root ${value.root}, ${logged}, ${value.keys} sealed keys\n` +
          'how to restore it: docs/operations.md',
      };
    }),
  );
}
