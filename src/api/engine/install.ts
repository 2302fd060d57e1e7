import { z } from 'zod';
import type { Installed } from '../../shared/engine/index.js';
import { choice, hex64, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

/** Where pip looks besides. */
export const indexOption = text('<url>')
  .optional()
  .describe('a package index beside those that pip is configured with');

export const installEngineOptions = z.strictObject({
  engine: text('<engine>').default('libtorch').describe('engine to fetch'),
  device: choice('<device>', ['cpu', 'cuda'] as const)
    .default('cpu')
    .describe('what to compute on'),
  index: indexOption,
  sha256: hex64('<hex>').optional().describe('refuse any wheel but the one with this SHA-256'),
});
export type InstallEngineInput = z.input<typeof installEngineOptions>;

/** Fetches an engine into the cache folder, or FEDSHOT_ENGINES. */
export default defineOperation({
  name: 'engine install',
  module: import.meta.url,
  options: installEngineOptions,
  async run({ engine, ...options }, { env, reporter, signal }): Promise<Installed> {
    const { installEngine } = await import('../../shared/engine/index.js');
    return installEngine(engine, { ...options, env, reporter, signal });
  },
});
