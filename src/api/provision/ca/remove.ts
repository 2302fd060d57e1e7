import { z } from 'zod';
import { flag, text } from '../../../shared/option.js';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';

export const removeSitesAuthorityOptions = z.strictObject({
  fingerprint: text('<fingerprint>').describe('of the authority, or the beginning of it'),
  store: storeFolder,
  ...keyOptions,
  force: flag().optional().describe('although there are sites that have no other'),
});
export type RemoveSitesAuthorityInput = z.input<typeof removeSitesAuthorityOptions>;

export interface RemoveSitesAuthorityOutcome {
  authority: string;
  /** Sites that have no other certificate. */
  cutOff: string[];
}

/** Refuses, from now on, the certificates that an authority for sites has issued. */
export default defineOperation({
  name: 'provision ca remove',
  module: import.meta.url,
  options: removeSitesAuthorityOptions,
  async run({ fingerprint, force, ...options }, context): Promise<RemoveSitesAuthorityOutcome> {
    const { removeSitesAuthority } = await import('../../../provider/provision/index.js');
    return removeSitesAuthority(storeAt(options, context), fingerprint, force);
  },
});
