import { z } from 'zod';
import { text } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const revokeSiteOptions = z.strictObject({
  name: text('<name>').describe('name of the site'),
  store: storeFolder,
  ...keyOptions,
  serial: text('<hex>').optional().describe('only the certificate with this serial number'),
});
export type RevokeSiteInput = z.input<typeof revokeSiteOptions>;

export interface RevokeSiteOutcome {
  site: string;
  /** Serial numbers that were revoked now. */
  revoked: string[];
}

/** Revokes a site's certificates; a running server knows at once. */
export default defineOperation({
  name: 'provision revoke',
  module: import.meta.url,
  options: revokeSiteOptions,
  async run({ name, serial, ...options }, context): Promise<RevokeSiteOutcome> {
    const { revokeSite } = await import('../../provider/provision/index.js');
    return { site: name, revoked: revokeSite(storeAt(options, context), name, serial) };
  },
});
