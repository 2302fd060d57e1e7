import { tidy } from '@tensorflow/tfjs-core';
import { batches } from '../model/batches.js';
import type { Hypothesis } from '../model/hypothesis.js';
import type { Drawn, Samples } from '../model/samples.js';
import type { Random } from '../random.js';

/** Samples per pass: the larger, the closer a batch's statistics are to the target's. */
const BATCH = 128;
/** The same of pictures, of which each has many places to take statistics from. */
const PICTURES = 32;
/** From this many pixels on, an image is a picture. */
const PICTURE_AREA = 64 ** 2;
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
  for await (const [x] of samples.steps(passes(samples, random), 'none')) {
    tidy(() => void hypothesis.train(x!));
    x!.dispose();
  }
}

function passes({ count: N, shape }: Samples, random: Random): Drawn[] {
  const [, height = 1, width = 1] = shape;
  const size = height * width < PICTURE_AREA ? BATCH : PICTURES;
  const list: Drawn[] = [];
  for (let round = 0; list.length < PASSES; round++) {
    const stream = random.fork('refresh', round);
    // a short last batch would count as much as a whole one
    const whole = batches(stream.permutation(N), size).filter(
      ({ length }) => length >= Math.min(size, N),
    );
    list.push(...whole.map((index) => ({ index, random: stream })));
  }
  return list.slice(0, PASSES);
}
