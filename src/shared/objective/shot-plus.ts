import {
  add,
  concat,
  div,
  gather,
  mul,
  neg,
  reshape,
  squaredDifference,
  sub,
  sum,
  tensor1d,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { indexTensor } from '../model/batches.js';
import { spreadOf } from './aad.js';
import type { EpochContext, Objective } from './epoch.js';
import { easySamples, mixingWeight, sharpen } from './mixmatch.js';
import { oneHotFloat } from './one-hot.js';
import { pseudoLabels } from './pseudo-labels.js';
import { shotObjective } from './shot.js';

/** What {@link shotPlusObjective} can be told. */
export interface ShotPlusOptions {
  /** Share of the epochs that are plain SHOT. */
  first: number;
  /** λ_U, weight of the squared error on hard samples. */
  hardWeight: number;
}

/** The objective of one epoch: SHOT first, then the transfer of labels from easy samples to hard ones. */
export const shotPlusObjective = (
  context: EpochContext,
  { first, hardWeight }: ShotPlusOptions,
): Promise<Objective> =>
  context.epoch < first * context.epochs ? shotObjective(context) : transfer(context, hardWeight);

async function transfer(
  { hypothesis, embedding, settings }: EpochContext,
  hardWeight: number,
): Promise<Objective> {
  const { ops } = hypothesis;
  const K = embedding.probabilities.shape[1];
  const pseudo = await pseudoLabels(embedding, settings);
  const p = (await embedding.probabilities.data()) as Float32Array;
  const labels = tensor1d(pseudo.labels, 'int32');
  const easy = tensor1d(easySamples(p, pseudo.labels, K));
  return {
    pseudo,
    views: 1,
    hold: ({ x, views, index, step }) => {
      const [view] = views as [Tensor];
      const [own, other] = [x, view].map((v) => ops.softmax(hypothesis.eval(v).logits));
      const seen = add<Tensor2D>(own!, other!);
      const isEasy = gather<Tensor1D>(easy, index);
      const w = reshape(isEasy, [-1, 1]);
      const known = oneHotFloat(gather<Tensor1D>(labels, index), K);
      const target = add<Tensor2D>(mul(known, w), mul(sharpen(seen), sub(1, w)));
      const [inputs, targets] = [concat([x, view]), concat([target, target])];
      const order = indexTensor(step.random.fork('order').permutation(inputs.shape[0]));
      const lambda = mixingWeight(step.random.fork('lambda'));
      const mix = <T extends Tensor>(t: T): T =>
        add(mul(t, lambda), mul(ops.gatherRows(t, order), 1 - lambda));
      return [mix(inputs), mix(targets), concat([isEasy, isEasy])];
    },
    loss: ({ forward }, [x, target, isEasy]) => {
      const { logits } = forward(x!);
      const q = ops.softmax(logits);
      const ce = neg(sum<Tensor1D>(mul(target!, ops.logSoftmax(logits)), 1));
      const squared = div<Tensor1D>(sum(squaredDifference(q, target!), 1), K);
      const n = logits.shape[0];
      const pseudoCe = div<Scalar>(sum(mul(ce, isEasy!)), n);
      const hard = div<Scalar>(sum(mul(squared, sub(1, isEasy!))), n);
      const hardSquared = mul<Scalar>(hard, hardWeight);
      return {
        total: add<Scalar>(pseudoCe, hardSquared),
        terms: { ...spreadOf(q), pseudoCe, hardSquared },
      };
    },
    dispose: () => {
      labels.dispose();
      easy.dispose();
    },
  };
}
