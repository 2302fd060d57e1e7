import { z } from 'zod';
import type { KeyReport } from '../../provider/keys/show.js';
import { warnOfExpiry } from '../expiry-warnings.js';
import { keyOptions, keyringAt } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeFolder } from '../store.js';

export const showKeysOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type ShowKeysInput = z.input<typeof showKeysOptions>;
export type ShowKeysOutcome = KeyReport & {
  /** What has expired or soon will, and how to renew it. */
  warnings: string[];
};

/** Shows roles, keys, where they are and what expires. Opens no key. */
export default defineOperation({
  name: 'keys show',
  module: import.meta.url,
  options: showKeysOptions,
  async run(options, context): Promise<ShowKeysOutcome> {
    const { showKeys } = await import('../../provider/keys/show.js');
    const report = showKeys(options.store, keyringAt(options, context));
    return { ...report, warnings: await warnOfExpiry(options, context) };
  },
});
