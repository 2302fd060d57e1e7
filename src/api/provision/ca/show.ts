import { z } from 'zod';
import type { SitesAuthority } from '../../../provider/provision/index.js';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';

export const showSitesAuthoritiesOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type ShowSitesAuthoritiesInput = z.input<typeof showSitesAuthoritiesOptions>;

/** The authorities for sites that are accepted, and who depends on them. */
export default defineOperation({
  name: 'provision ca show',
  module: import.meta.url,
  options: showSitesAuthoritiesOptions,
  async run(options, context): Promise<{ authorities: SitesAuthority[] }> {
    const { listSitesAuthorities } = await import('../../../provider/provision/index.js');
    return { authorities: listSitesAuthorities(storeAt(options, context)) };
  },
});
