import {
  add,
  log,
  mean,
  mul,
  neg,
  scalar,
  sub,
  sum,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Ops } from '../engine/ops.js';
import { oneHotFloat } from './one-hot.js';

/** The ε inside every logarithm of SHOT's entropies. */
const EPSILON = 1e-5;

/**
 * Cross-entropy with label smoothing, mean over the batch (Liang et al. 2020, eq. 2; Müller et al.
 * 2019): targets (1−ε)·onehot + ε/K. Used in source training only.
 *
 * @param logits `[N, K]`
 * @param labels int32 `[N]`
 * @param smoothing ε in 0..1; 0 is plain cross-entropy
 */
export function crossEntropy(ops: Ops, logits: Tensor2D, labels: Tensor1D, smoothing = 0): Scalar {
  const K = logits.shape[1];
  const targets = add(mul(oneHotFloat(labels, K), 1 - smoothing), smoothing / K);
  return neg(mean(sum(mul(targets, ops.logSoftmax(logits)), 1))) as Scalar;
}

/** H(p) = −Σ p·log(p + 1e-5) along the last axis: `[N, K]` → `[N]`, `[K]` → scalar. Nats. */
export function entropy<T extends Tensor1D | Tensor2D>(
  p: T,
): T extends Tensor2D ? Tensor1D : Scalar {
  return neg(sum(mul(p, log(add(p, EPSILON))), -1)) as never;
}

/** The terms of SHOT's target objective; `total` is what is minimised. */
export interface ShotTerms {
  total: Scalar;
  /** mean_i H(p_i), minimised: every single prediction sharp (eq. 3, L_ent). */
  entropy: Scalar;
  /** H(p̄), p̄ the batch mean, *maximised*: the predictions spread over classes (eq. 3, −L_div). */
  diversity: Scalar;
  /** β·CE(logits, pseudo-labels) (eq. 7). Zero where β is. */
  pseudoCe: Scalar;
}

export interface ShotWeights {
  /** β, the weight of the pseudo-label term; 0 is SHOT-IM. */
  beta: number;
  /** α, the weight of the information-maximisation terms. */
  alpha: number;
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
): ShotTerms {
  const p = ops.softmax(logits);
  const sharp = mean<Scalar>(entropy(p));
  const diversity = entropy(mean<Tensor1D>(p, 0));
  const im = mul<Scalar>(sub(sharp, diversity), alpha);
  if (beta === 0 || !pseudo) return { total: im, entropy: sharp, diversity, pseudoCe: scalar(0) };
  const pseudoCe = mul<Scalar>(crossEntropy(ops, logits, pseudo), beta);
  return { total: add<Scalar>(im, pseudoCe), entropy: sharp, diversity, pseudoCe };
}
