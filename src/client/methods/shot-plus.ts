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
import { indexTensor } from '../../shared/model/batches.js';
import { spreadOf } from '../../shared/objective/aad.js';
import { easySamples, mixingWeight, sharpen } from '../../shared/objective/mixmatch.js';
import { oneHotFloat } from '../../shared/objective/one-hot.js';
import { pseudoLabels } from '../../shared/objective/pseudo-labels.js';
import { shotObjective } from './shot.js';
import type { EpochContext, Method, Objective } from './types.js';

/** Share of the epochs that are plain SHOT. */
const FIRST = 0.5;
/** λ_U, weight of the squared error on hard samples. */
const HARD = 10;

/**
 * SHOT++ (Liang et al., TPAMI 2021, section 3.4, labelling transfer): SHOT first, then the more
 * certain half of each class is taken as labelled, and MixMatch (Berthelot et al., NeurIPS 2019,
 * eq. 2–7) carries the labels over to the rest. The paper's rotation task is left out: a digit on
 * its head is another digit.
 */
export const shotPlus: Method = {
  name: 'shot++',
  even: 'untold',
  objective: (context) =>
    context.epoch < FIRST * context.epochs ? shotObjective(context) : transfer(context),
};

async function transfer({
  hypothesis,
  embedding,
  options,
  views,
}: EpochContext): Promise<Objective> {
  const { ops } = hypothesis;
  const K = embedding.probabilities.shape[1];
  const pseudo = await pseudoLabels(embedding, options);
  const p = (await embedding.probabilities.data()) as Float32Array;
  const labels = tensor1d(pseudo.labels, 'int32');
  const easy = tensor1d(easySamples(p, pseudo.labels, K));
  return {
    pseudo,
    hold: ({ x, index, step }) => {
      const view = views(step.index, step.random.fork('view'));
      const seen = add<Tensor2D>(
        ...([x, view].map((v) => ops.softmax(hypothesis.eval(v).logits)) as [Tensor2D, Tensor2D]),
      );
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
      return { total: add(pseudoCe, mul(hard, HARD)), pseudoCe, ...spreadOf(q) };
    },
    dispose: () => {
      labels.dispose();
      easy.dispose();
    },
  };
}
