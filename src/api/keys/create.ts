import { z } from 'zod';
import { choice, path } from '../../shared/option.js';
import { ROLES, type RoleName } from '../../shared/release/roles.js';
import type { StoredKey } from '../../shared/release/index.js';
import { keyOptions, keyringAt } from '../keyring.js';
import { defineOperation } from '../operation.js';

export const createKeyOptions = z.strictObject({
  role: choice<RoleName>('<role>', ROLES).describe('what it will sign'),
  store: path('<dir>').describe('folder of the store that it is for'),
  ...keyOptions,
});
export type CreateKeyInput = z.input<typeof createKeyOptions>;

/** Makes a key; a root gives it its role later. */
export default defineOperation({
  name: 'keys create',
  module: import.meta.url,
  options: createKeyOptions,
  async run(options, context): Promise<StoredKey> {
    const { createKey } = await import('../../provider/keys/rotate.js');
    return createKey(keyringAt(options, context, true), options.role, context.now());
  },
});
