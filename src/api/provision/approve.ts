import { z } from 'zod';
import type { Approved } from '../../provider/provision/index.js';
import { path, text } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';
import { kitOptions } from './kit-options.js';

export const approveSiteOptions = z.strictObject({
  request: path('<request>').describe('the request that the site has sent'),
  store: storeFolder,
  ...keyOptions,
  ...kitOptions,
  fingerprint: text('<hex>')
    .optional()
    .describe('refuse any key but the one with this fingerprint'),
});
export type ApproveSiteInput = z.input<typeof approveSiteOptions>;

/** Grants the request of a site that keeps its own key. */
export default defineOperation({
  name: 'provision approve',
  module: import.meta.url,
  options: approveSiteOptions,
  async run({ request, fingerprint, ...options }, context): Promise<Approved> {
    const { approveRequest } = await import('../../provider/provision/index.js');
    const { address, out, days } = options;
    return approveRequest(storeAt(options, context), request, { address, out, days }, fingerprint);
  },
});
