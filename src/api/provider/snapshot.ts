import { z } from 'zod';
import type { LogSnapshot } from '../../provider/backup/snapshot.js';
import { path } from '../../shared/option.js';
import { keyOptions, keyringAt } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { logFolder, storeFolder } from '../store.js';

export const snapshotOptions = z.strictObject({
  folder: path('<folder>').describe('where the copy goes; not there yet'),
  store: storeFolder,
  log: logFolder,
  ...keyOptions,
});
export type SnapshotInput = z.input<typeof snapshotOptions>;
export type SnapshotOutcome = LogSnapshot & { folder: string };

/** Copies the log as of one moment, for an audit, while the server runs. */
export default defineOperation({
  name: 'provider snapshot',
  module: import.meta.url,
  options: snapshotOptions,
  async run({ folder, log, ...options }, context): Promise<SnapshotOutcome> {
    const { snapshotLog } = await import('../../provider/backup/snapshot.js');
    const keyring = keyringAt(options, context);
    const from = { store: options.store, keyring, dir: log, now: () => context.now() };
    return { ...(await snapshotLog(from, folder)), folder };
  },
});
