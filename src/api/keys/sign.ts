import { z } from 'zod';
import type { RootOutcome } from '../../provider/keys/root.js';
import { path } from '../../shared/option.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

export const signRootOptions = z.strictObject({
  draft: path('<draft>').describe('the root that lacks signatures'),
  store: storeFolder,
  ...keyOptions,
});
export type SignRootInput = z.input<typeof signRootOptions>;

/** Adds the signatures of the keys that are here to a root that needs more of them. */
export default defineOperation({
  name: 'keys sign',
  module: import.meta.url,
  options: signRootOptions,
  async run(options, context): Promise<RootOutcome> {
    const { signDraft } = await import('../../provider/keys/root.js');
    return signDraft({ ...storeAt(options, context), file: options.draft });
  },
});
