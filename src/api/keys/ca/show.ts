import { z } from 'zod';
import type { Authority } from '../../../provider/keys/ca.js';
import { keyOptions, keyringAt } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeFolder } from '../../store.js';

export const showAuthoritiesOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type ShowAuthoritiesInput = z.input<typeof showAuthoritiesOptions>;

/** The authorities for servers that the root names. */
export default defineOperation({
  name: 'keys ca show',
  module: import.meta.url,
  options: showAuthoritiesOptions,
  async run(options, context): Promise<{ authorities: Authority[] }> {
    const { listAuthorities } = await import('../../../provider/keys/ca.js');
    return { authorities: listAuthorities(options.store, keyringAt(options, context)) };
  },
});
