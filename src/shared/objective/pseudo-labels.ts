import {
  add,
  argMax,
  concat,
  div,
  euclideanNorm,
  matMul,
  ones,
  reshape,
  slice,
  sum,
  tensor1d,
  tidy,
  zeros,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import type { Embedding } from '../model/embed.js';
import { predicted } from '../model/score.js';
import { oneHotFloat } from './one-hot.js';

/** Rows handled at once: bounds the memory for one-hot labels and similarities. */
const CHUNK = 16_384;

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
 * one appended and scaled to unit length; centroids c_k = Σ_i w_ik f_i / (1e-8 + Σ_i w_ik), where w
 * are probabilities in the first round and hard labels afterwards; each sample takes the class of
 * the nearest centroid by cosine. Classes that nobody is assigned to are left out, and the list of
 * classes is drawn up anew in every round: in the original's digits code an empty class has a NaN
 * distance and takes every sample.
 *
 * @throws FedshotError `data` when every class has at most `threshold` samples
 */
export async function pseudoLabels(
  { features, probabilities }: Embedding,
  { threshold = 0, refinements = 1 }: PseudoLabelOptions = {},
): Promise<PseudoLabels> {
  const K = probabilities.shape[1];
  const unit = tidy(() => normalise(features));
  const own = await predicted(probabilities);
  const rounds = [own];
  for (let round = 0; round <= refinements; round++) {
    const current = rounds.at(-1)!;
    const present = classesPresent(current, K, threshold);
    const weights = (at: number, n: number): Tensor2D =>
      round === 0
        ? slice(probabilities, [at, 0], [n, K])
        : oneHotFloat(tensor1d(current.subarray(at, at + n), 'int32'), K);
    const centroids = tidy(() => centroidsOf(unit, weights, K));
    rounds.push(await nearest(unit, centroids, present));
    centroids.dispose();
  }
  unit.dispose();
  return { labels: rounds.at(-1)!, rounds };
}

/** Appends a one and scales each row to unit length. `[N, D]` → `[N, D+1]`. */
function normalise(features: Tensor2D): Tensor2D {
  const extended = concat([features, ones([features.shape[0], 1])], 1);
  return div(extended, euclideanNorm(extended, 1, true));
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

/** Unit-length centroids `[K, D]`; their length does not matter to a cosine. */
function centroidsOf(
  unit: Tensor2D,
  weights: (at: number, n: number) => Tensor2D,
  K: number,
): Tensor2D {
  const [N, D] = unit.shape;
  let sums: Tensor2D = zeros([K, D]);
  let mass: Tensor1D = zeros([K]);
  for (let at = 0; at < N; at += CHUNK) {
    [sums, mass] = tidy(() => {
      const n = Math.min(CHUNK, N - at);
      const w = weights(at, n);
      const s = matMul(w, slice(unit, [at, 0], [n, D]), true);
      return [add(sums, s), add(mass, sum(w, 0))] as [Tensor2D, Tensor1D];
    });
  }
  const means = div(sums, reshape(add(mass, 1e-8), [K, 1]));
  return div(means, add(euclideanNorm(means, 1, true), 1e-12));
}

/** Class of the most similar centroid among those present, for each row. */
async function nearest(
  unit: Tensor2D,
  centroids: Tensor2D,
  present: Float32Array,
): Promise<Int32Array> {
  const [N, D] = unit.shape;
  const labels = new Int32Array(N);
  for (let at = 0; at < N; at += CHUNK) {
    const n = Math.min(CHUNK, N - at);
    const index = tidy(() => {
      const similarity = matMul(slice(unit, [at, 0], [n, D]), centroids, false, true);
      return argMax(add(similarity, tensor1d(present)), 1);
    });
    labels.set(await index.data(), at);
    index.dispose();
  }
  return labels;
}
