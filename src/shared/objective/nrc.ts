import {
  gather,
  mean,
  mul,
  reshape,
  scalar,
  sub,
  sum,
  add,
  type Rank,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { spreadOf } from './aad.js';
import type { ShotTerms } from './losses.js';

/** The affinity of a neighbour that is not a mutual one, and of neighbours' neighbours. */
export const AFFINITY = 0.1;

/**
 * Neighbourhood reciprocity clustering (Yang et al., NeurIPS 2021, eq. 2–7):
 * −H(p̄) − mean_i [ S_i·p_i + Σ_{k∈N_i} A_ik·S_k·p_i + Σ_{k∈N_i} Σ_{m∈N_k} r·S_m·p_i ],
 * S the predictions in the memory bank, A_ik = 1 where i and k are neighbours of each other and
 * r = 0.1 elsewhere.
 *
 * @param p predictions `[n, K]`
 * @param self numbers of the samples, int32 `[n]`
 * @param bank predictions of all samples, `[N, K]`, held constant
 * @param near neighbours of each sample, then the neighbours of each of those, int32 `[n·m]`
 * @param affinity weight of each entry of `near`, `[n·m]`
 */
export function nrcLoss(
  p: Tensor2D,
  self: Tensor1D,
  bank: Tensor2D,
  near: Tensor1D,
  affinity: Tensor1D,
): ShotTerms {
  const [n, K] = p.shape;
  const m = near.size / n;
  const pulls = mul(
    reshape<Rank.R3>(gather(bank, near), [n, m, K]),
    reshape<Rank.R3>(affinity, [n, m, 1]),
  );
  const wanted = add<Tensor2D>(sum<Tensor2D>(pulls, 1), gather<Tensor2D>(bank, self));
  const attraction = mean<Scalar>(sum(mul(wanted, p), 1));
  const { entropy, diversity } = spreadOf(p);
  return {
    total: sub(sub(scalar(0), diversity), attraction),
    entropy,
    diversity,
    pseudoCe: scalar(0),
  };
}

/**
 * Neighbours and neighbours' neighbours of every sample with their affinities.
 * @param index `N × k` sample numbers
 * @returns `N × (k + k²)` sample numbers and affinities
 */
export function reciprocal(
  index: Int32Array,
  k: number,
): { near: Int32Array; affinity: Float32Array; width: number } {
  const N = k === 0 ? 0 : index.length / k;
  const width = k + k * k;
  const near = new Int32Array(N * width);
  const affinity = new Float32Array(N * width).fill(AFFINITY);
  for (let i = 0; i < N; i++)
    for (let j = 0; j < k; j++) {
      const neighbour = index[i * k + j]!;
      const theirs = index.subarray(neighbour * k, (neighbour + 1) * k);
      near[i * width + j] = neighbour;
      if (theirs.includes(i)) affinity[i * width + j] = 1;
      near.set(theirs, i * width + k + j * k);
    }
  return { near, affinity, width };
}
