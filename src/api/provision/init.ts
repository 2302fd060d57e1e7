import { z } from 'zod';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const initSitesOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type InitSitesInput = z.input<typeof initSitesOptions>;

export interface InitSitesOutcome {
  /** Whether it was made now; one that is there stays as it is. */
  created: boolean;
  /** Folder of the enrolled sites. */
  sites: string;
}

/** Makes the authority for sites: from then on `serve` asks for certificates. */
export default defineOperation({
  name: 'provision init',
  module: import.meta.url,
  options: initSitesOptions,
  async run(options, context): Promise<InitSitesOutcome> {
    const { initSites, sitesDir } = await import('../../provider/provision/index.js');
    const { keyring, now, store } = storeAt(options, context);
    const created = await initSites(keyring, now, store);
    return { created, sites: sitesDir(keyring) };
  },
});
