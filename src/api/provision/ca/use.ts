import { z } from 'zod';
import { text } from '../../../shared/option.js';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';

export const useSitesAuthorityOptions = z.strictObject({
  fingerprint: text('<fingerprint>').describe('of the authority, or the beginning of it'),
  store: storeFolder,
  ...keyOptions,
});
export type UseSitesAuthorityInput = z.input<typeof useSitesAuthorityOptions>;

/** Lets an authority issue the certificates of sites; those of the others stay valid. */
export default defineOperation({
  name: 'provision ca use',
  module: import.meta.url,
  options: useSitesAuthorityOptions,
  async run({ fingerprint, ...options }, context): Promise<{ authority: string }> {
    const { useSitesAuthority } = await import('../../../provider/provision/index.js');
    return { authority: useSitesAuthority(storeAt(options, context), fingerprint) };
  },
});
