import { gather, tidy, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Hypothesis } from '../model/hypothesis.js';
import { CurrentStep, epochSteps, Trace, type Plan, type StepInput } from '../model/epochs.js';
import { indexTensor } from '../model/batches.js';
import type { Sgd } from '../model/optimizer.js';
import { crossEntropy } from './losses.js';

export interface SourceEpoch {
  hypothesis: Hypothesis;
  optimizer: Sgd;
  /** What each step sees. */
  input: StepInput;
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
  const { hypothesis } = run;
  const trace = new Trace(['loss']);
  const current = new CurrentStep();
  const streams = run.dropout ? current.streams() : undefined;
  const repeater = hypothesis.ops.repeater(() => hypothesis.tensors());
  try {
    for await (const { step, seen } of epochSteps(plan, epoch, run.input, run.signal)) {
      current.is(step);
      const [x] = seen as [Tensor];
      tidy(() => {
        const y = gather<Tensor1D>(run.labels, indexTensor(step.index));
        const loss = (): Scalar[] => {
          const { logits } = hypothesis.train(x, streams);
          return [crossEntropy(hypothesis.ops, logits, y, run.smoothing)];
        };
        trace.add(run.optimizer.step(loss, step.lr, { repeater, inputs: [x, y] }));
      });
      run.onStep?.();
    }
  } finally {
    repeater.dispose();
  }
  return (await trace.read()).map(({ loss }) => loss);
}
