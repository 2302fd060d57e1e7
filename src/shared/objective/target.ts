import { gather, keep, tensor1d, tidy, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { indexTensor } from '../model/batches.js';
import { epochSteps, Trace, type Plan } from '../model/epochs.js';
import type { Hypothesis } from '../model/hypothesis.js';
import type { Sgd } from '../model/optimizer.js';
import { shotLoss, type ShotTerms, type ShotWeights } from './losses.js';

export const SHOT_TERMS = ['total', 'entropy', 'diversity', 'pseudoCe'] as const;
export type ShotFigures = Record<(typeof SHOT_TERMS)[number], number>;

export interface TargetEpoch {
  hypothesis: Hypothesis;
  /** Over F and B: C is frozen by not being among its parameters. */
  optimizer: Sgd;
  /** All samples, `[N, …]`, normalised, on the engine. */
  x: Tensor;
  /** ŷ of this epoch, N; unused where β = 0. */
  pseudo: Int32Array | undefined;
  weights: ShotWeights;
  /** False switches every dropout off. */
  dropout: boolean;
  signal?: AbortSignal;
  onStep?: () => void;
}

/**
 * One epoch of adaptation by SHOT's objective.
 * @returns the terms of every step
 */
export async function targetEpoch(
  plan: Plan,
  epoch: number,
  run: TargetEpoch,
): Promise<ShotFigures[]> {
  const { hypothesis, weights } = run;
  const trace = new Trace(SHOT_TERMS);
  const pseudo = run.pseudo && tensor1d(run.pseudo, 'int32');
  try {
    for await (const step of epochSteps(plan, epoch, run.signal)) {
      tidy(() => {
        const index = indexTensor(step.index);
        const x = hypothesis.ops.gatherRows(run.x, index);
        const labels = pseudo && gather<Tensor1D>(pseudo, index);
        let terms: ShotTerms;
        run.optimizer.step(() => {
          const { logits } = hypothesis.train(x, run.dropout ? step.random : undefined);
          terms = shotLoss(hypothesis.ops, logits, labels, weights);
          for (const name of SHOT_TERMS) keep(terms[name]);
          return terms.total;
        }, step.lr);
        trace.add(terms!);
        for (const name of SHOT_TERMS) terms![name].dispose();
      });
      run.onStep?.();
    }
  } finally {
    pseudo?.dispose();
  }
  return trace.read();
}
