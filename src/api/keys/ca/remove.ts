import { z } from 'zod';
import type { RootOutcome } from '../../../provider/keys/root.js';
import { text } from '../../../shared/option.js';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';

export const removeAuthorityOptions = z.strictObject({
  fingerprint: text('<fingerprint>').describe('of the authority, or the beginning of it'),
  store: storeFolder,
  ...keyOptions,
});
export type RemoveAuthorityInput = z.input<typeof removeAuthorityOptions>;

/** Takes an authority for servers out of the next root. */
export default defineOperation({
  name: 'keys ca remove',
  module: import.meta.url,
  options: removeAuthorityOptions,
  async run(options, context): Promise<RootOutcome & { authority: string }> {
    const { removeAuthority } = await import('../../../provider/keys/ca.js');
    return removeAuthority({ ...storeAt(options, context), authority: options.fingerprint });
  },
});
