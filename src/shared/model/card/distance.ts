import type { Card } from './schema.js';

const FLOOR = 1e-4;

/**
 * As {@link classDistance} of the very samples that the means and variances were taken from: each is
 * held against its own class as that would be without it. Of twenty samples each would otherwise lie
 * nearer to its mean than any new one.
 *
 * @param labels class of each sample
 * @param counts samples per class
 */
export function ownDistance(
  features: Float32Array,
  labels: Int32Array,
  counts: readonly number[],
  { mean, variance }: Pick<NonNullable<Card['features']>, 'mean' | 'variance'>,
): number {
  const known = mean.flatMap((m, k) => (m ? [{ m, v: variance[k]!, k }] : []));
  const D = known[0]?.m.length ?? 1;
  const nearest = Float64Array.from(labels, (label, i) =>
    known.reduce((least, { m, v, k }) => {
      const n = counts[k]!;
      let total = 0;
      for (let d = 0; d < D; d++) {
        const off = features[i * D + d]! - m[d]!;
        if (k !== label) total += off ** 2 / (v[d]! + FLOOR);
        else {
          // without the sample: the mean lies n/(n−1) times as far, the variance loses its part
          const without = Math.max(0, (n / (n - 1)) * (v[d]! - off ** 2 / (n - 1)));
          total += ((off * n) / (n - 1)) ** 2 / (without + FLOOR);
        }
      }
      return Math.min(least, total / D);
    }, Infinity),
  ).sort();
  return nearest[nearest.length >> 1] ?? Infinity;
}

/**
 * How far features lie from the classes of a card: for each sample the squared distance to the
 * nearest class mean, each feature in units of that class's variance, averaged over features; the
 * median over samples. About 1 for samples like those that the card was made from.
 *
 * @param features `N × D`
 */
export function classDistance(
  features: Float32Array,
  { mean, variance }: Pick<NonNullable<Card['features']>, 'mean' | 'variance'>,
): number {
  const known = mean.flatMap((m, k) => (m ? [{ m, v: variance[k]! }] : []));
  const D = known[0]?.m.length ?? 1;
  const nearest = Float64Array.from({ length: features.length / D }, (_, i) =>
    known.reduce((least, { m, v }) => {
      let total = 0;
      for (let d = 0; d < D; d++) total += (features[i * D + d]! - m[d]!) ** 2 / (v[d]! + FLOOR);
      return Math.min(least, total / D);
    }, Infinity),
  ).sort();
  return nearest[nearest.length >> 1] ?? Infinity;
}
