import { gather, keep, tensor1d, tidy, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { indexTensor } from '../model/batches.js';
import { epochSteps, Trace, type Plan, type Step } from '../model/epochs.js';
import type { Hypothesis, Output } from '../model/hypothesis.js';
import type { Sgd } from '../model/optimizer.js';
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
  loss: TargetLoss;
  /** Computes what the loss holds constant, before any gradient is taken. */
  hold?: (batch: TargetBatch) => Tensor[];
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
  const { hypothesis } = run;
  const trace = new Trace(SHOT_TERMS);
  for await (const step of epochSteps(plan, epoch, run.signal)) {
    tidy(() => {
      const index = indexTensor(step.index);
      const x = hypothesis.ops.gatherRows(run.x, index);
      const forward = (input: Tensor, stream?: string): Output =>
        hypothesis.train(
          input,
          !run.dropout ? undefined : stream ? step.random.fork(stream) : step.random,
        );
      const batch: TargetBatch = { x, index, step, forward };
      const held = run.hold?.(batch) ?? [];
      let terms: ShotTerms;
      run.optimizer.step(() => {
        terms = run.loss(batch, held);
        for (const name of SHOT_TERMS) keep(terms[name]);
        return terms.total;
      }, step.lr);
      trace.add(terms!);
      for (const name of SHOT_TERMS) terms![name].dispose();
    });
    run.onStep?.();
  }
  return trace.read();
}

export type TargetEpoch = Omit<AdaptationEpoch, 'loss'> & {
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
    return await adaptationEpoch(plan, epoch, { ...run, loss });
  } finally {
    labels?.dispose();
  }
}
