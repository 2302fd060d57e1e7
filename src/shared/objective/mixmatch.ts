import { div, pow, sum, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Random } from '../random.js';

/** T of {@link sharpen} and α of {@link mixingWeight}, as in MixMatch. */
const TEMPERATURE = 0.5;
const ALPHA = 0.75;

/**
 * p^(1/T) / Σ p^(1/T), T = 0.5 (Berthelot et al., NeurIPS 2019, eq. 7).
 * @param p `[n, K]`, each row up to a factor
 */
export function sharpen(p: Tensor2D): Tensor2D {
  const powers = pow(p, 1 / TEMPERATURE);
  return div(powers, sum(powers, 1, true));
}

/** max(λ, 1−λ) with λ ~ Beta(0.75, 0.75) (ibid., eq. 8–9), drawn by Jöhnk's method. */
export function mixingWeight(random: Random): number {
  for (;;) {
    const [u, v] = [random.next() ** (1 / ALPHA), random.next() ** (1 / ALPHA)];
    if (u + v <= 1 && u + v > 0) return Math.max(u, v) / (u + v);
  }
}

/**
 * The more certain half of each class (Liang et al., TPAMI 2021, section 3.4): of the samples with
 * a label, those whose predictions have an entropy of at most the class's median.
 *
 * @param probabilities `N × K`
 * @param labels N class numbers
 * @returns 1 for easy, 0 for hard
 */
export function easySamples(
  probabilities: Float32Array,
  labels: Int32Array,
  K: number,
): Float32Array {
  const entropy = Float64Array.from(labels, (_, i) =>
    probabilities.subarray(i * K, (i + 1) * K).reduce((h, q) => h - q * Math.log(q + 1e-5), 0),
  );
  const members = Array.from({ length: K }, (): number[] => []);
  labels.forEach((k, i) => members[k]!.push(i));
  const result = new Float32Array(labels.length);
  for (const list of members) {
    list.sort((a, b) => entropy[a]! - entropy[b]!);
    for (const i of list.slice(0, Math.ceil(list.length / 2))) result[i] = 1;
  }
  return result;
}
