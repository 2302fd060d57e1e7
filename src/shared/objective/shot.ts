import { dispose, gather, tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';
import type { EpochContext, Objective } from './epoch.js';
import { shotLoss, type ShotKnowledge } from './losses.js';
import { pseudoLabels } from './pseudo-labels.js';
import { aboveCut, entropySplit } from './unknown.js';

/** SHOT's objective for one epoch: pseudo-labels are drawn anew, where β asks for any. */
export async function shotObjective(context: EpochContext): Promise<Objective> {
  const { hypothesis, embedding, settings } = context;
  const { ops } = hypothesis;
  const pseudo = settings.beta > 0 ? await pseudoLabels(embedding, settings) : undefined;
  const labels = pseudo && tensor1d(pseudo.labels, 'int32');
  const prior = settings.prior && tensor1d(settings.prior);
  const known = settings.openSet ? await knownMask(context) : undefined;
  const constants = [labels, prior, known].filter((t) => t !== undefined);
  return {
    pseudo,
    constants,
    loss: ({ x, index, forward }) => {
      const { logits } = forward(x);
      const knowledge: ShotKnowledge = {
        prior,
        partial: settings.partial,
        mask: known && gather<Tensor1D>(known, index),
      };
      const drawn = labels && gather<Tensor1D>(labels, index);
      return shotLoss(ops, logits, drawn, settings, knowledge);
    },
    dispose: () => dispose(constants),
  };
}

/** SHOT-IM's: the same without pseudo-labels. */
export const shotImObjective = (context: EpochContext): Promise<Objective> =>
  shotObjective({ ...context, settings: { ...context.settings, beta: 0 } });

/**
 * 1 for a sample that seems to be of a known class, 0 for one that leaves the loss: in each epoch the
 * more uncertain of two clusters, as in the paper. Known samples come back as the model adapts to them.
 */
async function knownMask({ embedding: { probabilities } }: EpochContext): Promise<Tensor1D> {
  const p = (await probabilities.data()) as Float32Array;
  const K = probabilities.shape[1];
  return tensor1d(Float32Array.from(aboveCut(p, K, entropySplit(p, K)?.cut), (u) => 1 - u));
}
