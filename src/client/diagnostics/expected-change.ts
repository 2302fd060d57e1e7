import type { Card } from '../../shared/model/card/index.js';

/** What the released model expects of other answers than its own. */
export interface ExpectedChange {
  /** Expected accuracy of the other answers less that of its own, −1..1. */
  gain: number;
  /** Standard error of the change that really comes of it. */
  error: number;
}

/**
 * By how much the accuracy changes where other answers replace the released model's, by the released
 * model's calibrated probabilities, brought to the site's shares of the classes: q_k ∝ p_k π_k / π⁰_k
 * (Saerens et al. 2002, eq. 2.4). Right where p(x | class) is that of the provider.
 *
 * @param p calibrated probabilities of the released model, `N × K`
 * @param own its answers
 * @param other those that replace them
 * @param shares π, of the classes at the site
 */
export function expectedChange(
  p: Float32Array,
  own: Int32Array,
  other: Int32Array,
  shares: ArrayLike<number>,
  { prior }: Pick<Card, 'prior'>,
): ExpectedChange {
  const K = prior.length;
  const ratio = prior.map((share, k) => shares[k]! / Math.max(share, 1e-6));
  let [sum, variance] = [0, 0];
  own.forEach((k, i) => {
    if (other[i] === k) return;
    let total = 0;
    for (let c = 0; c < K; c++) total += p[i * K + c]! * ratio[c]!;
    const of = (c: number): number => (p[i * K + c]! * ratio[c]!) / (total || 1);
    const change = of(other[i]!) - of(k);
    sum += change;
    // +1 with probability q_other, −1 with q_own
    variance += of(other[i]!) + of(k) - change ** 2;
  });
  // one answer more: that none of few samples has changed does not say that none would
  return { gain: sum / own.length, error: Math.sqrt(variance + 1) / own.length };
}
