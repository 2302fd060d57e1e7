import { gather, reshape, tensor2d } from '@tensorflow/tfjs-core';
import { nearestNeighbours } from '../../shared/objective/neighbours.js';
import { nrcLoss, reciprocal } from '../../shared/objective/nrc.js';
import type { Method } from './types.js';

/** Neighbours of a sample, and neighbours of each of those. */
const NEIGHBOURS = 4;

/**
 * Neighbourhood reciprocity clustering (Yang et al., NeurIPS 2021, eq. 7). The memory bank is
 * renewed before each epoch; see {@link aad}.
 */
export const nrc: Method = {
  name: 'nrc',
  even: 'always',
  async objective({ hypothesis: { ops }, embedding, random }) {
    const { index, k } = await nearestNeighbours(embedding.features, NEIGHBOURS, random);
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
  },
};
