import {
  div,
  gather,
  matMul,
  mean,
  mul,
  reshape,
  scalar,
  sub,
  sum,
  type Rank,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { entropy, type ShotTerms } from './losses.js';

/**
 * Attracting and dispersing (Yang et al., NeurIPS 2022, eq. 5), mean over the batch:
 * −Σ_{j∈C_i} p_i·p_j + λ·Σ_{m∈B_i} p_i·p_m, where C_i are the neighbours of sample i in feature
 * space, with their predictions from the memory bank, and B_i is the rest of the mini-batch.
 *
 * @param p predictions `[n, K]`
 * @param bank predictions of all samples, `[N, K]`, held constant
 * @param near neighbours of each sample, int32 `[n·k]`
 * @param lambda λ of this step
 */
export function aadLoss(p: Tensor2D, bank: Tensor2D, near: Tensor1D, lambda: number): ShotTerms {
  const [n, K] = p.shape;
  const neighbours = reshape<Rank.R3>(gather(bank, near), [n, near.size / n, K]);
  const attraction = mean<Scalar>(sum(mul(sum<Tensor2D>(neighbours, 1), p), 1));
  const all = sum<Scalar>(matMul(p, p, false, true));
  const dispersion = div<Scalar>(sub(all, sum(mul(p, p))), n);
  const total = sub<Scalar>(mul(dispersion, lambda), attraction);
  return { total, ...spreadOf(p), pseudoCe: scalar(0) };
}

/** λ = (1 + 10·progress)^−5 (section 3.2; 5 is the paper's decay for small sets). */
export const aadLambda = (progress: number): number => (1 + 10 * progress) ** -5;

/** Mean entropy of predictions and entropy of their mean, for the curves. */
export function spreadOf(p: Tensor2D): Pick<ShotTerms, 'entropy' | 'diversity'> {
  return { entropy: mean<Scalar>(entropy(p)), diversity: entropy(mean<Tensor1D>(p, 0)) };
}
