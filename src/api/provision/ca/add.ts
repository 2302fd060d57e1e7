import { z } from 'zod';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';

export const addSitesAuthorityOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type AddSitesAuthorityInput = z.input<typeof addSitesAuthorityOptions>;

/** Makes one more authority for sites; the server accepts its certificates too. */
export default defineOperation({
  name: 'provision ca add',
  module: import.meta.url,
  options: addSitesAuthorityOptions,
  async run(options, context): Promise<{ authority: string }> {
    const { addSitesAuthority } = await import('../../../provider/provision/index.js');
    return { authority: await addSitesAuthority(storeAt(options, context)) };
  },
});
