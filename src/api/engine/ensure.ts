import { z } from 'zod';
import type { EngineListing } from '../../shared/engine/index.js';
import { defineOperation } from '../operation.js';
import { indexOption } from './install.js';

export const ensureEngineOptions = z.strictObject({ index: indexOption });
export type EnsureEngineInput = z.input<typeof ensureEngineOptions>;

/** Fetches LibTorch if nothing fast is here; never fails for want of it. */
export default defineOperation({
  name: 'engine ensure',
  module: import.meta.url,
  options: ensureEngineOptions,
  async run({ index }, { env, reporter, signal }): Promise<EngineListing> {
    const { ensureEngine } = await import('../../shared/engine/index.js');
    return ensureEngine({ index, env, reporter, signal });
  },
});
