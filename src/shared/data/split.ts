import type { Random } from '../random.js';

/**
 * Splits 0..n−1 at random.
 * @param share of the samples that are held out, in (0, 1)
 */
export function holdOut(
  n: number,
  share: number,
  random: Random,
): { kept: Int32Array; held: Int32Array } {
  const order = random.fork('hold-out').permutation(n);
  const cut = Math.max(1, Math.round(n * share));
  return { kept: order.slice(cut).sort(), held: order.slice(0, cut).sort() };
}
