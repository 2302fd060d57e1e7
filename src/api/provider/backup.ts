import { z } from 'zod';
import type { Backup } from '../../provider/backup/backup.js';
import { flag, path, withTraits } from '../../shared/option.js';
import { keyOptions, keyringAt } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { logFolder, storeFolder } from '../store.js';

const withKeys = withTraits(flag(), {
  negation: 'leave out the folder of the keys, and with it the enrolled sites',
});

export const backupOptions = z.strictObject({
  folder: path('<folder>').describe('where the copy goes; not there yet'),
  store: storeFolder,
  log: logFolder,
  withKeys: withKeys.default(true).describe('copy the folder of the keys, with the enrolled sites'),
  ...keyOptions,
});
export type BackupInput = z.input<typeof backupOptions>;
export type BackupOutcome = Backup & { folder: string };

/** Copies store, log and sealed keys to a new folder, while the server runs. */
export default defineOperation({
  name: 'provider backup',
  module: import.meta.url,
  options: backupOptions,
  async run({ folder, log, withKeys, ...options }, context): Promise<BackupOutcome> {
    const { backupProvider } = await import('../../provider/backup/backup.js');
    const keyring = keyringAt(options, context);
    const { store } = options;
    const from = { store, keyring, dir: log, withKeys, now: () => context.now() };
    return { ...(await backupProvider(from, folder)), folder };
  },
});
