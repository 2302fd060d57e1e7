import { gather, tidy, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Hypothesis } from '../model/hypothesis.js';
import { epochSteps, Trace, type Plan, type Step } from '../model/epochs.js';
import { indexTensor } from '../model/batches.js';
import type { Sgd } from '../model/optimizer.js';
import { crossEntropy } from './losses.js';

export interface SourceEpoch {
  hypothesis: Hypothesis;
  optimizer: Sgd;
  /** The mini-batch of a step, `[n, …]`, normalised; called inside a tidy. */
  batch(step: Step): Tensor;
  /** Labels of all samples, int32 `[N]`. */
  labels: Tensor1D;
  smoothing: number;
  /** False switches every dropout off. */
  dropout: boolean;
  signal?: AbortSignal;
  onStep?: () => void;
}

/**
 * One epoch of source training: F, B and C by cross-entropy with label smoothing (Liang et al.
 * 2020, eq. 2).
 * @returns the loss of every step
 */
export async function sourceEpoch(plan: Plan, epoch: number, run: SourceEpoch): Promise<number[]> {
  const trace = new Trace(['loss']);
  for await (const step of epochSteps(plan, epoch, run.signal)) {
    tidy(() => {
      const x = run.batch(step);
      const y = gather(run.labels, indexTensor(step.index));
      const loss = run.optimizer.step((): Scalar => {
        const { logits } = run.hypothesis.train(x, run.dropout ? step.random : undefined);
        return crossEntropy(run.hypothesis.ops, logits, y, run.smoothing);
      }, step.lr);
      trace.add({ loss });
    });
    run.onStep?.();
  }
  return (await trace.read()).map(({ loss }) => loss);
}
