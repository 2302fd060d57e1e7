import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { present } from '../../shared/present.js';
import { indexTensor } from '../../shared/model/batches.js';
import type { Step } from '../../shared/model/epochs.js';
import { cropRotate, type Augmentation } from '../../shared/preprocessing/augment.js';
import type { Samples, SourceData } from './source-data.js';

/** Makes the mini-batch of a step. */
export interface BatchReader {
  /** `[n, …]`, normalised; for the caller to dispose. */
  read(step: Step): Tensor;
  dispose(): void;
}

/** All samples on the engine. */
export const tensorOf = ({ x, count, shape }: Samples): Tensor => tensor(x, [count, ...shape]);

/**
 * Reads mini-batches: rows of a tensor on the engine, or images augmented on the host.
 * @throws FedshotError `usage` for an augmentation of what is no image
 */
export function batchReader(
  { train, input }: SourceData,
  augment: Augmentation,
  ops: Ops,
): BatchReader {
  if (augment === 'none') {
    const all = tensorOf(train);
    return {
      read: ({ index }) => ops.gatherRows(all, indexTensor(index)),
      dispose: () => all.dispose(),
    };
  }
  if (input.kind !== 'image')
    throw new FedshotError('usage', `--augment ${augment} needs images, not a table`);
  const { shape, mean: means, std } = input;
  const black = means.map((m, c) => (0 - m) / present(std[c], `the deviation of channel ${c}`));
  const read = ({ index, random: stream }: Step): Tensor => {
    const x = cropRotate(train.x, shape, index, black, stream.fork('augment'));
    return tensor(x, [index.length, ...shape]);
  };
  return { read, dispose: () => undefined };
}
