import type { z } from 'zod';
import type { ImportResult } from '../../provider/import/import.js';
import { importOptions } from '../../provider/import/options.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';

const options = importOptions.extend(engineOptions);
export type ImportInput = z.input<typeof options>;
export type ImportOutcome = ImportResult & { isolation?: IsolationRecord };

/** Makes a model of weights that were trained elsewhere, and measures it on held-out data. */
export default defineOperation({
  name: 'provider import',
  module: import.meta.url,
  options,
  rights: ({ out, weights }) => ({ write: [out], read: [weights] }),
  async run({ engine, device, threads, ...settings }, context): Promise<ImportOutcome> {
    const { reporter, signal, isolation } = context;
    const { importWeights } = await import('../../provider/import/import.js');
    const value = await importWeights(settings, {
      engine: { engine, device, threads, reporter },
      reporter,
      signal,
    });
    return { ...value, isolation };
  },
});
