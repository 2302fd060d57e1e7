import { aboveCut, entropySplit, standsApart } from '../../shared/objective/unknown.js';
import type { AdaptResult, Use } from './types.js';

/** What an open set comes to, for the result and for predicting. */
export interface OpenSet {
  figures: Pick<AdaptResult, 'unknownShare' | 'unknownSeparability'>;
  use: Pick<Use, 'unknownAbove'>;
}

/**
 * Which answers are "unknown": those of the more uncertain of two clusters, if the two stand apart.
 * @param p probabilities, `N × K`
 */
export function openSetOf(p: Float32Array, K: number): OpenSet {
  const split = entropySplit(p, K);
  const unknownAbove = standsApart(split) ? split.cut : undefined;
  const unknown = aboveCut(p, K, unknownAbove);
  return {
    figures: {
      unknownShare: unknown.reduce((n, u) => n + u, 0) / unknown.length,
      ...(split && { unknownSeparability: split.separability }),
    },
    use: unknownAbove === undefined ? {} : { unknownAbove },
  };
}
