import {
  add,
  div,
  log,
  maximum,
  mean,
  mul,
  neg,
  reshape,
  scalar,
  sub,
  sum,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Ops } from '../engine/ops.js';
import { oneHotFloat } from './one-hot.js';
import type { Loss, SHOT_TERMS } from './terms.js';

/** The ε inside every logarithm of SHOT's entropies. */
const EPSILON = 1e-5;

/**
 * Cross-entropy with label smoothing, mean over the batch (Liang et al. 2020, eq. 2; Müller et al.
 * 2019): targets (1−ε)·onehot + ε/K. Used in source training only.
 *
 * @param logits `[N, K]`
 * @param labels int32 `[N]`
 * @param smoothing ε in 0..1; 0 is plain cross-entropy
 * @param mask weight per sample, `[N]`: a weighted mean instead
 */
export function crossEntropy(
  ops: Ops,
  logits: Tensor2D,
  labels: Tensor1D,
  smoothing = 0,
  mask?: Tensor1D,
): Scalar {
  const K = logits.shape[1];
  const targets = add(mul(oneHotFloat(labels, K), 1 - smoothing), smoothing / K);
  const likelihoods = sum<Tensor1D>(mul(targets, ops.logSoftmax(logits)), 1);
  return neg(mask ? weightedMean(likelihoods, mask) : mean<Scalar>(likelihoods));
}

/** H(p) = −Σ p·log(p + 1e-5) along the last axis: `[N, K]` → `[N]`, `[K]` → scalar. Nats. */
export function entropy(p: Tensor2D): Tensor1D;
export function entropy(p: Tensor1D): Scalar;
export function entropy(p: Tensor1D | Tensor2D): Tensor1D | Scalar {
  return neg(sum<Tensor1D | Scalar>(mul(p, log(add(p, EPSILON))), -1));
}

/**
 * SHOT's objective with its terms: `entropy`, mean_i H(p_i), is minimised, so that every single prediction
 * is sharp (eq. 3, L_ent); `diversity`, H(p̄) of the batch mean p̄, is *maximised*, so that predictions spread
 * over the classes (eq. 3, −L_div); `pseudoCe` is β·CE(logits, pseudo-labels) (eq. 7), zero where β is.
 */
export interface ShotLoss extends Loss {
  terms: Record<(typeof SHOT_TERMS)[number], Scalar>;
}

export interface ShotWeights {
  /** β, the weight of the pseudo-label term; 0 is SHOT-IM. */
  beta: number;
  /** α, the weight of the information-maximisation terms. */
  alpha: number;
}

/** What a site knows beyond the samples themselves. */
export interface ShotKnowledge {
  /**
   * Class prior π, `[K]`. In place of −H(p̄) the loss has KL(p̄‖π) = Σ p̄·log(p̄/π), of which −H(p̄)
   * is the case of a uniform π, short of the constant log K.
   */
  prior?: Tensor1D;
  /** Drops the diversity term: a partial set, in which any class may be absent. */
  partial?: boolean;
  /** Weight per sample, `[N]`; 0 leaves a sample out (one taken for an unknown class). */
  mask?: Tensor1D;
}

/**
 * SHOT's objective on a batch (Liang et al. 2020, eq. 3 and 7):
 * β·CE(z, ŷ) + α·(mean_i H(p_i) − H(p̄)).
 *
 * @param logits `[N, K]`
 * @param pseudo pseudo-labels ŷ, int32 `[N]`; needed where β > 0
 */
export function shotLoss(
  ops: Ops,
  logits: Tensor2D,
  pseudo: Tensor1D | undefined,
  { beta, alpha }: ShotWeights,
  { prior, partial, mask }: ShotKnowledge = {},
): ShotLoss {
  const p = ops.softmax(logits);
  const sharp = mask ? weightedMean(entropy(p), mask) : mean<Scalar>(entropy(p));
  const average = mask ? weightedMean(p, mask) : mean<Tensor1D>(p, 0);
  const diversity = entropy(average);
  const im = mul<Scalar>(partial ? sharp : sub(sharp, spread(average, diversity, prior)), alpha);
  if (beta === 0 || !pseudo)
    return { total: im, terms: { entropy: sharp, diversity, pseudoCe: scalar(0) } };
  const pseudoCe = mul<Scalar>(crossEntropy(ops, logits, pseudo, 0, mask), beta);
  return { total: add<Scalar>(im, pseudoCe), terms: { entropy: sharp, diversity, pseudoCe } };
}

/** −KL(p̄‖π), and H(p̄) where no prior is given. */
function spread(average: Tensor1D, diversity: Scalar, prior: Tensor1D | undefined): Scalar {
  if (!prior) return diversity;
  return add<Scalar>(diversity, sum<Scalar>(mul(average, log(add(prior, EPSILON)))));
}

/** What is left of values when their first axis is averaged away. */
type Mean<T> = T extends Tensor2D ? Tensor1D : Scalar;

/** Σ w·v / max(Σ w, 1): a batch of which every sample is left out adds nothing. */
function weightedMean<T extends Tensor1D | Tensor2D>(values: T, weights: Tensor1D): Mean<T> {
  const w = values.rank === 2 ? reshape(weights, [-1, 1]) : weights;
  return div(sum(mul(values, w), 0), maximum(sum(weights), 1));
}
