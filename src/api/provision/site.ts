import { z } from 'zod';
import type { Enrolled } from '../../provider/provision/index.js';
import { text } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';
import { kitOptions } from './kit-options.js';

export const enrolSiteOptions = z.strictObject({
  name: text('<name>').describe('name of the site'),
  store: storeFolder,
  ...keyOptions,
  ...kitOptions,
});
export type EnrolSiteInput = z.input<typeof enrolSiteOptions>;

/** Enrols a site: its key, certificate and start-up kit. */
export default defineOperation({
  name: 'provision site',
  module: import.meta.url,
  options: enrolSiteOptions,
  async run({ name, address, out, days, ...options }, context): Promise<Enrolled> {
    const { addSite } = await import('../../provider/provision/index.js');
    return addSite(storeAt(options, context), { site: name, address, out, days });
  },
});
