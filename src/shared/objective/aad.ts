import {
  div,
  gather,
  matMul,
  mean,
  mul,
  neg,
  reshape,
  sub,
  sum,
  tensor2d,
  type Rank,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { EpochContext, Objective } from './epoch.js';
import { entropy } from './losses.js';
import { nearestNeighbours } from './neighbours.js';
import type { Loss } from './terms.js';

/** What {@link aadObjective} can be told. */
export interface AadOptions {
  /** Neighbours of a sample that attract it. */
  neighbours: number;
  /** The exponent by which the dispersion fades, the paper's β. */
  decay: number;
}

/**
 * Attracting and dispersing (Yang et al., NeurIPS 2022, eq. 5), mean over the batch:
 * −Σ_{j∈C_i} p_i·p_j + λ·Σ_{m∈B_i} p_i·p_m, where C_i are the neighbours of sample i in feature
 * space, with their predictions from the memory bank, and B_i is the rest of the mini-batch.
 *
 * @param p predictions `[n, K]`
 * @param bank predictions of all samples, `[N, K]`, held constant
 * @param near neighbours of each sample, int32 `[n·k]`
 * @param lambda λ of this step
 * @returns the terms `attraction` and `dispersion` add up to the total; `entropy` and `diversity` are shown
 *   for comparison with other methods
 */
export function aadLoss(p: Tensor2D, bank: Tensor2D, near: Tensor1D, lambda: number): Loss {
  const [n, K] = p.shape;
  const neighbours = reshape<Rank.R3>(gather(bank, near), [n, near.size / n, K]);
  const agreement = mean<Scalar>(sum(mul(sum<Tensor2D>(neighbours, 1), p), 1));
  const all = sum<Scalar>(matMul(p, p, false, true));
  const others = div<Scalar>(sub(all, sum(mul(p, p))), n);
  const dispersion = mul<Scalar>(others, lambda);
  return {
    total: sub<Scalar>(dispersion, agreement),
    terms: { attraction: neg(agreement), dispersion, ...spreadOf(p) },
  };
}

/** λ = (1 + 10·progress)^−β (section 3.2; β = 5 is the paper's decay for small sets). */
export const aadLambda = (progress: number, decay = 5): number => (1 + 10 * progress) ** -decay;

/** Mean entropy of predictions and entropy of their mean, for the curves. */
export function spreadOf(p: Tensor2D): Record<'entropy' | 'diversity', Scalar> {
  return { entropy: mean<Scalar>(entropy(p)), diversity: entropy(mean<Tensor1D>(p, 0)) };
}

/**
 * The objective of one epoch. The memory bank is renewed before each epoch, in evaluation mode, and not
 * after each step as in the paper: that costs one pass instead of two and makes an epoch resumable.
 */
export async function aadObjective(
  { hypothesis: { ops }, embedding, random }: EpochContext,
  { neighbours, decay }: AadOptions,
): Promise<Objective> {
  const { index, k } = await nearestNeighbours(embedding.features, neighbours, random);
  const near = tensor2d(index, [index.length / k, k], 'int32');
  const bank = embedding.probabilities.clone();
  return {
    loss: ({ x, index: rows, step, forward }) => {
      const p = ops.softmax(forward(x).logits);
      const lambda = aadLambda(step.progress, decay);
      return aadLoss(p, bank, reshape(gather(near, rows), [-1]), lambda);
    },
    dispose: () => {
      near.dispose();
      bank.dispose();
    },
  };
}
