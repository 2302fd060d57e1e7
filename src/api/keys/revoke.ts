import { z } from 'zod';
import type { RootOutcome } from '../../provider/keys/root.js';
import { several, text } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const revokeKeysOptions = z.strictObject({
  key: several(text('<id>')).min(1).describe('key id, or its first 8 digits or more'),
  store: storeFolder,
  ...keyOptions,
});
export type RevokeKeysInput = z.input<typeof revokeKeysOptions>;

/** Takes keys out of the root, e.g. after a theft. */
export default defineOperation({
  name: 'keys revoke',
  module: import.meta.url,
  options: revokeKeysOptions,
  async run(options, context): Promise<RootOutcome> {
    const { revokeKeys } = await import('../../provider/keys/rotate.js');
    return revokeKeys({ ...storeAt(options, context), keyids: options.key });
  },
});
