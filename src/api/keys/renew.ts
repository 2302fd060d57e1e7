import { z } from 'zod';
import type { RootOutcome } from '../../provider/keys/root.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const renewRootOptions = z.strictObject({ store: storeFolder, ...keyOptions });
export type RenewRootInput = z.input<typeof renewRootOptions>;

/** Signs the root as it is for another year. */
export default defineOperation({
  name: 'keys renew',
  module: import.meta.url,
  options: renewRootOptions,
  async run(options, context): Promise<RootOutcome> {
    const { renewRoot } = await import('../../provider/keys/rotate.js');
    return renewRoot(storeAt(options, context));
  },
});
