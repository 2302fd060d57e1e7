import {
  gather,
  tensor1d,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { indexTensor } from '../model/batches.js';
import { CurrentStep, epochSteps, type Plan, type Step, type StepInput } from '../model/epochs.js';
import type { Hypothesis, Output } from '../model/hypothesis.js';
import type { Sgd } from '../model/optimizer.js';
import { Figures, type StepFigures } from './figures.js';
import { shotLoss, type ShotWeights } from './losses.js';
import { SHOT_TERMS, type Loss } from './terms.js';

/** A mini-batch while its gradient is taken. */
export interface TargetBatch {
  /** `[n, …]`, normalised. */
  x: Tensor;
  /** Further random views of the same samples, as many as the objective asks for. */
  views: Tensor[];
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
export type TargetLoss = (batch: TargetBatch, held: Tensor[]) => Loss;

export interface AdaptationEpoch {
  hypothesis: Hypothesis;
  /** Over F and B: C is frozen by not being among its parameters. */
  optimizer: Sgd;
  /** What each step sees: its samples, and the views that the objective asks for. */
  input: StepInput;
  loss: TargetLoss;
  /** Names of the terms that the loss may report. */
  terms: readonly string[];
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
 * @returns the figures of every step
 * @throws FedshotError `usage` for a loss that reports other terms than its method names
 */
export async function adaptationEpoch(
  plan: Plan,
  epoch: number,
  run: AdaptationEpoch,
): Promise<StepFigures[]> {
  const { hypothesis, optimizer, constants } = run;
  const figures = new Figures(run.terms);
  const current = new CurrentStep();
  const forward: TargetBatch['forward'] = (input, stream) =>
    hypothesis.train(input, run.dropout ? current.streams(stream) : undefined);
  const repeater =
    constants && hypothesis.ops.repeater(() => [...hypothesis.tensors(), ...constants]);
  try {
    for await (const { step, seen } of epochSteps(plan, epoch, run.input, run.signal)) {
      current.is(step);
      const [x, ...views] = seen as [Tensor, ...Tensor[]];
      tidy(() => {
        const index = indexTensor(step.index);
        const batch: TargetBatch = { x, views, index, step, forward };
        const held = run.hold?.(batch) ?? [];
        const losses = (): Scalar[] => figures.of(run.loss(batch, held));
        const inputs = [x, index, ...held];
        figures.add(optimizer.step(losses, step.lr, repeater && { repeater, inputs }));
      });
      run.onStep?.();
    }
    return await figures.read();
  } finally {
    repeater?.dispose();
    figures.dispose();
  }
}

export type TargetEpoch = Omit<AdaptationEpoch, 'loss' | 'terms' | 'constants'> & {
  /** ŷ of this epoch, N; unused where β = 0. */
  pseudo: Int32Array | undefined;
  weights: ShotWeights;
};

/** One epoch of adaptation by SHOT's objective. */
export async function targetEpoch(
  plan: Plan,
  epoch: number,
  { pseudo, weights, ...run }: TargetEpoch,
): Promise<StepFigures<(typeof SHOT_TERMS)[number]>[]> {
  const labels = pseudo && tensor1d(pseudo, 'int32');
  const { ops } = run.hypothesis;
  const loss: TargetLoss = ({ x, index, forward }) =>
    shotLoss(ops, forward(x).logits, labels && gather<Tensor1D>(labels, index), weights);
  try {
    const constants = labels ? [labels] : [];
    return await adaptationEpoch(plan, epoch, {
      ...run,
      loss,
      terms: SHOT_TERMS,
      constants,
    });
  } finally {
    labels?.dispose();
  }
}
