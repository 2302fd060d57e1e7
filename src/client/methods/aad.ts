import { gather, reshape, tensor2d } from '@tensorflow/tfjs-core';
import { aadLambda, aadLoss } from '../../shared/objective/aad.js';
import { nearestNeighbours } from '../../shared/objective/neighbours.js';
import type { Method } from './types.js';

/** Neighbours of a sample that attract it. */
const NEIGHBOURS = 5;

/**
 * Attracting and dispersing (Yang et al., NeurIPS 2022, eq. 5). The memory bank is renewed before
 * each epoch, in evaluation mode, and not after each step as in the paper: that costs one pass
 * instead of two and makes an epoch resumable.
 */
export const aad: Method = {
  name: 'aad',
  async objective({ hypothesis: { ops }, embedding, random }) {
    const { index, k } = await nearestNeighbours(embedding.features, NEIGHBOURS, random);
    const near = tensor2d(index, [index.length / k, k], 'int32');
    const bank = embedding.probabilities.clone();
    return {
      loss: ({ x, index: rows, step, forward }) => {
        const p = ops.softmax(forward(x).logits);
        return aadLoss(p, bank, reshape(gather(near, rows), [-1]), aadLambda(step.progress));
      },
      dispose: () => {
        near.dispose();
        bank.dispose();
      },
    };
  },
};
