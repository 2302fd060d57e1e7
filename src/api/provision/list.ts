import { z } from 'zod';
import type { SiteStatus } from '../../provider/provision/index.js';
import { warnOfExpiry } from '../expiry-warnings.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const listSitesOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type ListSitesInput = z.input<typeof listSitesOptions>;

/** Lists every site and its certificates. */
export default defineOperation({
  name: 'provision list',
  module: import.meta.url,
  options: listSitesOptions,
  async run(options, context): Promise<{ sites: SiteStatus[] }> {
    const { listSites, siteWarnings } = await import('../../provider/provision/index.js');
    const office = storeAt(options, context);
    const sites = listSites(office);
    await warnOfExpiry(options, context);
    for (const line of siteWarnings(sites, office.now)) context.reporter.warn(line, 'expiry');
    return { sites };
  },
});
