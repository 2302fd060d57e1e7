import type { Card } from '../../shared/model/card/index.js';
import { countsOf } from './linear.js';
import { chiSquareTail, inverse } from './statistics.js';

/** Significance level: a difference less probable than this is taken to be real. */
const CHANCE = 0.01;
/** From this difference (total variation) to equal shares on, the loss should use the estimated shares. */
const WORTH_TELLING = 0.1;
/** Half the width of a confidence interval, in standard errors. */
export const ERRORS = 2;

/** Class shares at a site, estimated from the released model's answers. */
export interface LabelShift {
  /** Estimated share of each class (MLLS, {@link estimatePrior}). */
  shares: number[];
  /** Standard error of each share. */
  errors: number[];
  /** Whether the answers differ significantly from those that the provider's class shares would give. */
  significant: boolean;
  /** Whether they differ significantly, and by more than a trifle, from those that equal shares would give. */
  uneven: boolean;
}

/**
 * Tests the released model's answers against shares of the classes, and says how far their estimate
 * may be off.
 *
 * Under label shift p(answer | class) is the same at the site as at the provider, so that the shares of
 * the answers are μ = Cᵀπ with the card's confusion C, rows true (Saerens et al. 2002; Lipton et al.
 * 2018, "BBSE", eq. 2). The test is Pearson's, of μ̂ − Cᵀπ with the sampling errors of both sides: of the
 * site's n answers, and of the held-out samples behind each row of C. The errors of the shares are
 * those of BBSE's solution π = C⁻ᵀμ by the delta method.
 *
 * @param answers class that the released model gives each sample
 * @param shares estimate of π, K
 * @returns nothing where the card does not describe every class
 */
export function labelShift(
  answers: Int32Array,
  shares: ArrayLike<number>,
  card: Card,
): LabelShift | undefined {
  const K = card.prior.length;
  const rows = card.confusion ?? [];
  const known = rows.filter((row) => row !== null);
  if (known.length < K) return undefined;
  // the card has no counts: those that the training shares give to its samples
  const held = card.prior.map((share) => Math.max(card.minimumCount, share * card.samples));
  const confusion = known.map((row, k) => smoothed(row, held[k]!));
  const n = answers.length;
  const found = smoothed(
    Array.from(countsOf(answers, K), (count) => count / n),
    n,
  );
  const estimate = Array.from(shares);
  const differs = (prior: readonly number[]): boolean => {
    const difference = found.map((m, j) => m - dot(prior, confusion, j));
    const covariance = spread(found, n, prior, confusion, held);
    return pearson(difference, covariance) < CHANCE;
  };
  const even = estimate.map(() => 1 / K);
  const transposed = confusion.map((_, j) => confusion.map((row) => row[j]!));
  const solve = inverse(transposed);
  return {
    shares: estimate,
    errors: solve
      ? errorsOf(solve, spread(found, n, estimate, confusion, held))
      : estimate.map(() => 1),
    significant: differs(card.prior),
    uneven: distance(estimate, even) >= WORTH_TELLING && differs(even),
  };
}

/** Total variation of two distributions. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((s, v, i) => s + Math.abs(v - b[i]!), 0) / 2;

/** How far the estimate of the shares may be off, in total variation. */
export const uncertainty = ({ errors }: Pick<LabelShift, 'errors'>): number =>
  (ERRORS * errors.reduce((a, b) => a + b, 0)) / 2;

/** Shares of n samples with half a sample more of each kind: nothing is impossible for not being seen. */
const smoothed = (shares: readonly number[], n: number): number[] =>
  shares.map((share) => (share * n + 0.5) / (n + shares.length / 2));

const dot = (prior: readonly number[], rows: readonly number[][], j: number): number =>
  prior.reduce((s, share, k) => s + share * rows[k]![j]!, 0);

/** Covariance of μ̂ − Cᵀπ: (diag μ − μμᵀ)/n + Σ_k π_k² (diag c_k − c_k c_kᵀ)/n_k. */
function spread(
  found: readonly number[],
  n: number,
  prior: readonly number[],
  confusion: readonly number[][],
  held: readonly number[],
): number[][] {
  const of = (p: readonly number[], i: number, j: number): number =>
    (i === j ? p[i]! : 0) - p[i]! * p[j]!;
  return found.map((_, i) =>
    found.map((_v, j) =>
      prior.reduce(
        (s, share, k) => s + (share ** 2 * of(confusion[k]!, i, j)) / held[k]!,
        of(found, i, j) / n,
      ),
    ),
  );
}

/** Probability of a difference as large by chance: dᵀS⁻¹d over the first K − 1 entries is χ². */
function pearson(difference: readonly number[], covariance: readonly number[][]): number {
  const last = difference.length - 1;
  const weights = inverse(covariance.slice(0, last).map((row) => row.slice(0, last)));
  if (!weights) return 1;
  const value = weights.reduce(
    (s, row, i) => s + difference[i]! * row.reduce((t, w, j) => t + w * difference[j]!, 0),
    0,
  );
  return chiSquareTail(value, last);
}

/** Square roots of the diagonal of A S Aᵀ. */
const errorsOf = (a: readonly number[][], s: readonly number[][]): number[] =>
  a.map((row) =>
    Math.sqrt(
      Math.max(
        0,
        row.reduce((t, v, i) => t + v * row.reduce((u, w, j) => u + w * s[i]![j]!, 0), 0),
      ),
    ),
  );
