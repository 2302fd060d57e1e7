import { tidy, type Tensor } from '@tensorflow/tfjs-core';
import { batches, indexTensor } from '../model/batches.js';
import type { Hypothesis } from '../model/hypothesis.js';
import type { Random } from '../random.js';

/** Samples per pass: the larger, the closer a batch's statistics are to the target's. */
const BATCH = 128;
/** Each pass moves a statistic by 0.1 of the way, so that 0.9^44 = 1 % of the source remains. */
const PASSES = 44;

/**
 * Moves every running mean and variance of batch normalisation to the samples' own, by passes in
 * training mode without gradients and without dropout. Weights are not changed.
 *
 * @param x `[N, …]`, normalised, N ≥ 2
 */
export function refreshStatistics(hypothesis: Hypothesis, x: Tensor, random: Random): void {
  const N = x.shape[0];
  for (let pass = 0, round = 0; pass < PASSES; round++) {
    const order = random.fork('refresh', round).permutation(N);
    for (const index of batches(order, BATCH)) {
      // a short last batch would count as much as a whole one
      if (index.length < Math.min(BATCH, N) || pass >= PASSES) continue;
      tidy(() => void hypothesis.train(hypothesis.ops.gatherRows(x, indexTensor(index))));
      pass++;
    }
  }
}
