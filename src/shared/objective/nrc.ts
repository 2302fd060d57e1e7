import {
  add,
  gather,
  mean,
  mul,
  neg,
  reshape,
  scalar,
  sub,
  sum,
  tensor2d,
  type Rank,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { spreadOf } from './aad.js';
import type { EpochContext, Objective } from './epoch.js';
import { nearestNeighbours } from './neighbours.js';
import type { Loss } from './terms.js';

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
 * @returns the term `attraction` less `diversity` is the total; `entropy` is shown for comparison with
 *   other methods
 */
export function nrcLoss(
  p: Tensor2D,
  self: Tensor1D,
  bank: Tensor2D,
  near: Tensor1D,
  affinity: Tensor1D,
): Loss {
  const [n, K] = p.shape;
  const m = near.size / n;
  const pulls = mul(
    reshape<Rank.R3>(gather(bank, near), [n, m, K]),
    reshape<Rank.R3>(affinity, [n, m, 1]),
  );
  const wanted = add<Tensor2D>(sum<Tensor2D>(pulls, 1), gather<Tensor2D>(bank, self));
  const agreement = mean<Scalar>(sum(mul(wanted, p), 1));
  const { entropy, diversity } = spreadOf(p);
  return {
    total: sub(sub(scalar(0), diversity), agreement),
    terms: { attraction: neg(agreement), diversity, entropy },
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

/**
 * The objective of one epoch. The memory bank is renewed before each epoch, in evaluation mode, and not
 * after each step as in the paper; see `aadObjective`.
 *
 * @param options.neighbours of a sample, and of each of those
 */
export async function nrcObjective(
  { hypothesis: { ops }, embedding, random }: EpochContext,
  { neighbours }: { neighbours: number },
): Promise<Objective> {
  const { index, k } = await nearestNeighbours(embedding.features, neighbours, random);
  const { near, affinity, width } = reciprocal(index, k);
  const N = near.length / width;
  const nearby = tensor2d(near, [N, width], 'int32');
  const weights = tensor2d(affinity, [N, width]);
  const bank = embedding.probabilities.clone();
  return {
    loss: ({ x, index: rows, forward }) =>
      nrcLoss(
        ops.softmax(forward(x).logits),
        rows,
        bank,
        reshape(gather(nearby, rows), [-1]),
        reshape(gather(weights, rows), [-1]),
      ),
    dispose: () => {
      for (const t of [nearby, weights, bank]) t.dispose();
    },
  };
}
