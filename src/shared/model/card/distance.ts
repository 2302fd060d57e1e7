import type { Card } from './schema.js';

const FLOOR = 1e-4;

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
