import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';

interface Options extends KeyOptions {
  log?: string;
}

export function register(parent: Command, io: Io): void {
  const snapshot = command(
    parent,
    'snapshot <folder>',
    'copy the log as of one moment, for an audit, while the server runs',
    ['fedshot provider snapshot work/log-for-audit --store work/store'],
  )
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--log <dir>', 'folder of the log (default: the store’s name + -log)', path);
  addKeyOptions(snapshot).action(
    action(io, async ({ store, log, ...options }: Options, folder: string) => {
      const { snapshotLog } = await import('../../provider/backup/snapshot.js');
      const keyring = keyringAt({ store, ...options }, io);
      const out = path(folder);
      const value = await snapshotLog({ store, keyring, dir: log, now: () => io.now() }, out);
      return {
        value: { ...value, folder: out },
        text: () =>
          `${out}: ${value.size} leaves, root ${value.root}\n` +
          `next: fedshot audit --log ${out} …, with what sites handed over before this copy`,
      };
    }),
  );
}
