import { z } from 'zod';
import type { RecoverOutcome } from '../../provider/backup/recover.js';
import { nonNegativeInteger, path, text } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const recoverOptions = z.strictObject({
  store: storeFolder,
  log: path('<dir>').optional().describe('the log as restored (default: the store’s name + -log)'),
  size: nonNegativeInteger()
    .optional()
    .describe('leaves that the copy had, where a server has written to it since'),
  origin: text('<name>').optional().describe('name of a log of which nothing is left'),
  ...keyOptions,
});
export type RecoverInput = z.input<typeof recoverOptions>;

/** After the log was restored from a back-up: says so in the next root, once. */
export default defineOperation({
  name: 'provider recover',
  module: import.meta.url,
  options: recoverOptions,
  async run({ log, size, origin, ...options }, context): Promise<RecoverOutcome> {
    const { recoverLog } = await import('../../provider/backup/recover.js');
    return recoverLog({ ...storeAt(options, context), dir: log, size, origin });
  },
});
