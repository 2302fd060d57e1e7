import type { z } from 'zod';
import { trainOptions } from '../../provider/train/options.js';
import type { TrainResult } from '../../provider/train/result.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';
import { isolationFile } from './isolation-file.js';

const options = trainOptions.extend(engineOptions);
export type TrainInput = z.input<typeof options>;
export type TrainOutcome = TrainResult & { isolation?: IsolationRecord };

/** Trains a model on labelled source data. */
export default defineOperation({
  name: 'provider train',
  module: import.meta.url,
  options,
  rights: ({ out, init, cache }) => ({
    read: init === undefined ? [] : [init],
    write: cache === undefined ? [out] : [out, cache],
  }),
  async run({ engine, device, threads, ...given }, context): Promise<TrainOutcome> {
    const { reporter, signal, isolation } = context;
    const { train } = await import('../../provider/train/train.js');
    const value = await train({
      ...given,
      beside: isolation && isolationFile(isolation),
      engine: { engine, device, threads, reporter },
      reporter,
      signal,
    });
    return { ...value, isolation };
  },
});
