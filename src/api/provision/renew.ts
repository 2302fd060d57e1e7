import { z } from 'zod';
import type { Enrolled } from '../../provider/provision/index.js';
import { text } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';
import { kitOptions } from './kit-options.js';

export const renewSiteOptions = z.strictObject({
  name: text('<name>').describe('name of the site'),
  store: storeFolder,
  ...keyOptions,
  ...kitOptions,
});
export type RenewSiteInput = z.input<typeof renewSiteOptions>;

/** Gives an enrolled site a new key and certificate; the others stay valid. */
export default defineOperation({
  name: 'provision renew',
  module: import.meta.url,
  options: renewSiteOptions,
  async run({ name, address, out, days, ...options }, context): Promise<Enrolled> {
    const { renewSite } = await import('../../provider/provision/index.js');
    return renewSite(storeAt(options, context), { site: name, address, out, days });
  },
});
