import { z } from 'zod';
import type { TrainResult } from '../../provider/train/train.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import { ARCHITECTURE_NAMES, type ArchitectureName } from '../../shared/model/architecture.js';
import {
  batchSize,
  choice,
  dataNotation,
  flag,
  fraction,
  list,
  path,
  positiveInteger,
  positiveReal,
  seed,
  withTraits,
} from '../../shared/option.js';
import { AUGMENTATIONS } from '../../shared/preprocessing/augment.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';
import { isolationFile } from './isolation-file.js';

const widths = withTraits(z.array(positiveInteger()), {
  placeholder: '<widths>',
  fromText: (text) => text.split(',').map(Number),
});

export const trainOptions = z.strictObject({
  data: dataNotation().describe('labelled source data (docs/data.md)'),
  out: path('<dir>').describe('folder for the model'),
  test: dataNotation().optional().describe('labelled held-out data; chooses the best epoch'),
  holdOut: fraction()
    .optional()
    .describe(
      'share of the data held out where there is no --test (default: 0.1, or up to a third for the card)',
    ),
  classes: list('<names>')
    .optional()
    .describe('class names in label order (default: from the data)'),
  resume: flag().default(false).describe('go on where an interrupted run stopped'),
  arch: choice<ArchitectureName>('<name>', () => ARCHITECTURE_NAMES)
    .default('lenet')
    .describe('network'),
  hidden: widths.optional().describe('hidden layers of an mlp, e.g. 256,128'),
  bottleneck: positiveInteger('<width>').default(256).describe('width of B'),
  epochs: positiveInteger().default(30).describe('passes over the data'),
  batch: batchSize().default(64).describe('samples per step'),
  lr: positiveReal('<rate>').default(0.01).describe('learning rate at the start'),
  smoothing: fraction().default(0.1).describe('label smoothing'),
  augment: choice('<how>', AUGMENTATIONS)
    .default('none')
    .describe('change the images at random in training'),
  seed: seed().default(2020).describe('same seed, engine and threads: same weights'),
  ...engineOptions,
});
export type TrainInput = z.input<typeof trainOptions>;
export type TrainOutcome = TrainResult & { isolation?: IsolationRecord };

/** Trains a model on labelled source data. */
export default defineOperation({
  name: 'provider train',
  module: import.meta.url,
  options: trainOptions,
  rights: ({ out }) => ({ write: [out] }),
  async run({ engine, device, threads, ...options }, context): Promise<TrainOutcome> {
    const { reporter, signal, isolation } = context;
    const { train } = await import('../../provider/train/train.js');
    const value = await train({
      ...options,
      beside: isolation && isolationFile(isolation),
      engine: { engine, device, threads, reporter },
      reporter,
      signal,
    });
    return { ...value, isolation };
  },
});
