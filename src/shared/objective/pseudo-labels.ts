import { tidy } from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import type { Embedding } from '../model/embed.js';
import { assign, moved, softSums, unitCentroids, type Centroids } from './centroids.js';

export interface PseudoLabels {
  /** ŷ after the last round: what the loss uses. int32, N. */
  labels: Int32Array;
  /** The model's own predictions, then the labels after each round. */
  rounds: Int32Array[];
}

export interface PseudoLabelOptions {
  /** Classes with at most this many samples are left out of a round (0 for closed sets). */
  threshold?: number;
  /** Refinements with hard labels after the first, soft round; the original makes one. */
  refinements?: number;
}

/**
 * Self-supervised pseudo-labels (Liang et al. 2020, eq. 4–6), in the fixed form: features with a
 * one appended and scaled to unit length; centroids c_k = Σ_i w_ik f_i / Σ_i w_ik, where w are
 * probabilities in the first round and hard labels afterwards; each sample takes the class of the
 * nearest centroid by cosine. Classes that nobody is assigned to are left out, and the list of
 * classes is drawn up anew in every round: in the original's digits code an empty class has a NaN
 * distance and takes every sample.
 *
 * Memory beside the embedding is that of a few thousand rows. A refinement looks again only at
 * samples that the centroids' movement could have brought nearer to another class.
 *
 * @throws FedshotError `data` when every class has at most `threshold` samples
 */
export async function pseudoLabels(
  { features, probabilities }: Embedding,
  { threshold = 0, refinements = 1 }: PseudoLabelOptions = {},
): Promise<PseudoLabels> {
  const K = probabilities.shape[1];
  const { norms, sums, predicted } = await softSums(features, probabilities);
  const rounds = [predicted];
  let present = classesPresent(predicted, K, threshold);
  let centroids = tidy(() => unitCentroids(sums));
  sums.dispose();
  let nearest = await assign(features, norms, { centroids, present });
  rounds.push(nearest.labels);
  for (let round = 0; round < refinements; round++) {
    const next = classesPresent(nearest.labels, K, threshold);
    const refined: Centroids = tidy(() => unitCentroids(nearest.sums));
    const shift = await moved(centroids, refined, present, next);
    nearest.sums.dispose();
    centroids.dispose();
    nearest = await assign(features, norms, {
      centroids: refined,
      present: next,
      known: { ...nearest, shift },
      summed: round + 1 < refinements,
    });
    [present, centroids] = [next, refined];
    rounds.push(nearest.labels);
  }
  for (const t of [norms, nearest.sums, centroids]) t.dispose();
  return { labels: rounds.at(-1)!, rounds };
}

/** 0 for a class with more than `threshold` samples, −∞ for one without: added to similarities. */
function classesPresent(labels: Int32Array, K: number, threshold: number): Float32Array {
  const counts = new Int32Array(K);
  for (const label of labels) counts[label]!++;
  const mask = Float32Array.from(counts, (count) => (count > threshold ? 0 : -Infinity));
  if (mask.every((value) => value !== 0))
    throw new FedshotError('data', `no class has more than ${threshold} predicted samples`, {
      hint: 'lower the threshold or bring more samples',
    });
  return mask;
}
