import { z } from 'zod';
import { text } from '../../../shared/option.js';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';
import type { ServerRenewal } from '../rotate.js';

export const useAuthorityOptions = z.strictObject({
  fingerprint: text('<fingerprint>').describe('of the authority, or the beginning of it'),
  store: storeFolder,
  ...keyOptions,
});
export type UseAuthorityInput = z.input<typeof useAuthorityOptions>;
export type UseAuthorityOutcome = ServerRenewal & { authority: string };

/** Lets an authority that the root names issue the server's certificate. */
export default defineOperation({
  name: 'keys ca use',
  module: import.meta.url,
  options: useAuthorityOptions,
  async run(options, context): Promise<UseAuthorityOutcome> {
    const { useAuthority } = await import('../../../provider/keys/ca.js');
    return useAuthority({ ...storeAt(options, context), authority: options.fingerprint });
  },
});
