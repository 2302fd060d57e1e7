/**
 * Class prior of unlabelled samples, by expectation maximisation over the predictions of a
 * calibrated model (Saerens et al. 2002, eq. 2.9; Alexandari et al. 2020).
 *
 * @param p calibrated probabilities, `N × K`
 * @param source prior of the data that the model was trained on
 */
export function estimatePrior(
  p: Float32Array,
  source: readonly number[],
  rounds = 100,
): Float64Array {
  const K = source.length;
  const N = p.length / K;
  let prior = Float64Array.from(source);
  for (let round = 0; round < rounds; round++) {
    const ratio = prior.map((q, k) => q / Math.max(source[k]!, 1e-6));
    const next = new Float64Array(K);
    for (let i = 0; i < N; i++) {
      let total = 0;
      for (let k = 0; k < K; k++) total += p[i * K + k]! * ratio[k]!;
      for (let k = 0; k < K; k++) next[k]! += (p[i * K + k]! * ratio[k]!) / (total * N || 1);
    }
    prior = next;
  }
  return prior;
}

/** A class is missing where it has less than this share of what it has at the provider. */
const MISSING = 0.1;
/** Samples that the provider's share must predict: to see none of ten expected ones is not chance (e⁻¹⁰). */
const EXPECTED = 10;

/** Classes that samples with these estimated shares seem to lack. */
export const missingClasses = (
  estimated: ArrayLike<number>,
  source: readonly number[],
  samples: number,
): number[] =>
  source.flatMap((share, k) =>
    share * samples >= EXPECTED && estimated[k]! < MISSING * share ? [k] : [],
  );

/**
 * By how much the estimated shares of the classes differ from the provider's (total variation), beyond
 * the √(K / 2πn) that n samples of an unshifted set differ by chance.
 */
export const shiftBeyondChance = ({
  labelShift,
  perClass,
}: {
  labelShift: number;
  perClass: number;
}): number => labelShift - 1 / Math.sqrt(2 * Math.PI * perClass);
