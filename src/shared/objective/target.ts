import {
  gather,
  tensor1d,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { indexTensor } from '../model/batches.js';
import { CurrentStep, epochSteps, Trace, type Plan, type Step } from '../model/epochs.js';
import type { Hypothesis, Output } from '../model/hypothesis.js';
import type { Sgd } from '../model/optimizer.js';
import type { Views } from '../model/views.js';
import { shotLoss, type ShotTerms, type ShotWeights } from './losses.js';

/** What every objective reports of a step: what it minimises, and the terms that SHOT names. */
export const SHOT_TERMS = ['total', 'entropy', 'diversity', 'pseudoCe'] as const;
export type ShotFigures = Record<(typeof SHOT_TERMS)[number], number>;

/** A mini-batch while its gradient is taken. */
export interface TargetBatch {
  /** `[n, …]`, normalised. */
  x: Tensor;
  /** Sample numbers, int32 `[n]`. */
  index: Tensor1D;
  step: Step;
  /** Training pass through F, B and C; `stream` names a dropout stream other than the step's own. */
  forward: (x: Tensor, stream?: string) => Output;
}

/**
 * The loss of a mini-batch with its terms; called inside a tidy, differentiated by `total`.
 * @param held what `hold` made of the same batch
 */
export type TargetLoss = (batch: TargetBatch, held: Tensor[]) => ShotTerms;

export interface AdaptationEpoch {
  hypothesis: Hypothesis;
  /** Over F and B: C is frozen by not being among its parameters. */
  optimizer: Sgd;
  /** All samples, `[N, …]`, normalised, on the engine. */
  x: Tensor;
  /** What a step sees in place of its samples: views of them. */
  views?: Views;
  loss: TargetLoss;
  /** Computes what the loss holds constant, before any gradient is taken. */
  hold?: (batch: TargetBatch) => Tensor[];
  /**
   * All tensors that the loss uses beside the batch and what it holds. With them a step may be
   * recorded and replayed; without, because the loss changes with the step, it is not.
   */
  constants?: Tensor[];
  /** False switches every dropout off. */
  dropout: boolean;
  signal?: AbortSignal;
  onStep?: () => void;
}

/**
 * One epoch of adaptation by any objective.
 * @returns the terms of every step
 */
export async function adaptationEpoch(
  plan: Plan,
  epoch: number,
  run: AdaptationEpoch,
): Promise<ShotFigures[]> {
  const { hypothesis, optimizer, constants } = run;
  const trace = new Trace(SHOT_TERMS);
  const current = new CurrentStep();
  const forward: TargetBatch['forward'] = (input, stream) =>
    hypothesis.train(input, run.dropout ? current.streams(stream) : undefined);
  const repeater =
    constants && hypothesis.ops.repeater(() => [...hypothesis.tensors(), ...constants]);
  try {
    for await (const step of epochSteps(plan, epoch, run.signal)) {
      current.is(step);
      tidy(() => {
        const index = indexTensor(step.index);
        const x = run.views
          ? run.views(step.index, step.random.fork('augment'))
          : hypothesis.ops.gatherRows(run.x, index);
        const batch: TargetBatch = { x, index, step, forward };
        const held = run.hold?.(batch) ?? [];
        const losses = (): Scalar[] => {
          const terms = run.loss(batch, held);
          return SHOT_TERMS.map((name) => terms[name]);
        };
        const inputs = [x, index, ...held];
        trace.add(optimizer.step(losses, step.lr, repeater && { repeater, inputs }));
      });
      run.onStep?.();
    }
  } finally {
    repeater?.dispose();
  }
  return trace.read();
}

export type TargetEpoch = Omit<AdaptationEpoch, 'loss' | 'constants'> & {
  /** ŷ of this epoch, N; unused where β = 0. */
  pseudo: Int32Array | undefined;
  weights: ShotWeights;
};

/** One epoch of adaptation by SHOT's objective. */
export async function targetEpoch(
  plan: Plan,
  epoch: number,
  { pseudo, weights, ...run }: TargetEpoch,
): Promise<ShotFigures[]> {
  const labels = pseudo && tensor1d(pseudo, 'int32');
  const { ops } = run.hypothesis;
  const loss: TargetLoss = ({ x, index, forward }) =>
    shotLoss(ops, forward(x).logits, labels && gather<Tensor1D>(labels, index), weights);
  try {
    return await adaptationEpoch(plan, epoch, { ...run, loss, constants: labels ? [labels] : [] });
  } finally {
    labels?.dispose();
  }
}
