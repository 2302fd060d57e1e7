import { z } from 'zod';
import type { RootOutcome } from '../../../provider/keys/root.js';
import { path } from '../../../shared/option.js';
import { keyOptions } from '../../keyring.js';
import { defineOperation } from '../../operation.js';
import { storeAt, storeFolder } from '../../store.js';

export const addAuthorityOptions = z.strictObject({
  store: storeFolder,
  cert: path('<file>').optional().describe('certificate of an authority kept elsewhere, PEM'),
  ...keyOptions,
});
export type AddAuthorityInput = z.input<typeof addAuthorityOptions>;

/** Names one more authority for servers in the next root; servers go on as they are. */
export default defineOperation({
  name: 'keys ca add',
  module: import.meta.url,
  options: addAuthorityOptions,
  async run(options, context): Promise<RootOutcome & { authority: string }> {
    const { addAuthority } = await import('../../../provider/keys/ca.js');
    return addAuthority({ ...storeAt(options, context), file: options.cert });
  },
});
