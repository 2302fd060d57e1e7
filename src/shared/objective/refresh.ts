import { tidy } from '@tensorflow/tfjs-core';
import { batches } from '../model/batches.js';
import type { Hypothesis } from '../model/hypothesis.js';
import type { Drawn, Samples } from '../model/samples.js';
import type { Random } from '../random.js';

/** Samples per pass: the larger, the closer a batch's statistics are to the target's. */
const BATCH = 128;
/** Each pass moves a statistic by 0.1 of the way, so that 0.9^44 = 1 % of the source remains. */
const PASSES = 44;

/**
 * Moves every running mean and variance of batch normalisation to the samples' own, by passes in
 * training mode without gradients and without dropout. Weights are not changed.
 *
 * @param samples two or more
 */
export async function refreshStatistics(
  hypothesis: Hypothesis,
  samples: Samples,
  random: Random,
): Promise<void> {
  for await (const [x] of samples.steps(passes(samples.count, random), 'none')) {
    tidy(() => void hypothesis.train(x!));
    x!.dispose();
  }
}

function passes(N: number, random: Random): Drawn[] {
  const list: Drawn[] = [];
  for (let round = 0; list.length < PASSES; round++) {
    const stream = random.fork('refresh', round);
    // a short last batch would count as much as a whole one
    const whole = batches(stream.permutation(N), BATCH).filter(
      ({ length }) => length >= Math.min(BATCH, N),
    );
    list.push(...whole.map((index) => ({ index, random: stream })));
  }
  return list.slice(0, PASSES);
}
