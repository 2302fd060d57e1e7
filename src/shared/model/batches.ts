import { tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';

/**
 * The mini-batches of one pass: consecutive runs of `order`, the last one shorter. A batch of one
 * is left out, since batch normalisation has no variance for it.
 *
 * @throws FedshotError `usage` for a size of one, which would leave everything out
 */
export function batches(order: Int32Array, size: number): Int32Array[] {
  if (size < 2)
    throw new FedshotError(
      'usage',
      `--batch ${size}: batch normalisation needs two samples at a time`,
      {
        hint: 'say --batch 2 or more; 64 is usual',
      },
    );
  const list: Int32Array[] = [];
  for (let at = 0; at < order.length; at += size) list.push(order.subarray(at, at + size));
  return list.filter((batch) => batch.length > 1);
}

/** Sample numbers as the int32 tensor that `Ops.gatherRows` takes. */
export const indexTensor = (index: Int32Array): Tensor1D => tensor1d(index, 'int32');

/** 0..n−1. */
export const inOrder = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
