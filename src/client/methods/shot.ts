import { dispose, gather, tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';
import { shotLoss, type ShotKnowledge } from '../../shared/objective/losses.js';
import { pseudoLabels } from '../../shared/objective/pseudo-labels.js';
import { aboveCut, entropySplit } from '../../shared/objective/unknown.js';
import type { EpochContext, Method, Objective } from './types.js';

/**
 * SHOT (Liang, Hu, Feng, ICML 2020, eq. 7): β·CE(logits, ŷ) + α·(mean_i H(p_i) − H(p̄)), with ŷ
 * drawn anew before each epoch (eq. 4–6).
 */
export const shot: Method = { name: 'shot', even: 'untold', objective: shotObjective };

/** SHOT-IM (ibid., eq. 3): information maximisation alone, β = 0. */
export const shotIm: Method = {
  name: 'shot-im',
  even: 'untold',
  objective: (context) => shotObjective({ ...context, options: { ...context.options, beta: 0 } }),
};

/** The objective of {@link shot} for one epoch. */
export async function shotObjective(context: EpochContext): Promise<Objective> {
  const { hypothesis, embedding, options } = context;
  const { ops } = hypothesis;
  const pseudo = options.beta > 0 ? await pseudoLabels(embedding, options) : undefined;
  const labels = pseudo && tensor1d(pseudo.labels, 'int32');
  const prior = options.prior && tensor1d(options.prior);
  const known = options.openSet ? await knownMask(context) : undefined;
  const constants = [labels, prior, known].filter((t) => t !== undefined);
  return {
    pseudo,
    constants,
    loss: ({ x, index, forward }) => {
      const { logits } = forward(x);
      const knowledge: ShotKnowledge = {
        prior,
        partial: options.partial,
        mask: known && gather<Tensor1D>(known, index),
      };
      const drawn = labels && gather<Tensor1D>(labels, index);
      return shotLoss(ops, logits, drawn, options, knowledge);
    },
    dispose: () => dispose(constants),
  };
}

/**
 * 1 for a sample that seems to be of a known class, 0 for one that leaves the loss: in each epoch the
 * more uncertain of two clusters, as in the paper. Known samples come back as the model adapts to them.
 */
async function knownMask({ embedding: { probabilities } }: EpochContext): Promise<Tensor1D> {
  const p = (await probabilities.data()) as Float32Array;
  const K = probabilities.shape[1];
  return tensor1d(Float32Array.from(aboveCut(p, K, entropySplit(p, K)?.cut), (u) => 1 - u));
}
