import { disposeEmbedding, embed, type Embedding } from '../shared/model/embed.js';
import type { CheckpointFile } from '../shared/model/checkpoint.js';
import type { Plan } from '../shared/model/epochs.js';
import type { Hypothesis } from '../shared/model/hypothesis.js';
import type { Sgd } from '../shared/model/optimizer.js';
import { agreement } from '../shared/model/score.js';
import { FedshotError } from '../shared/errors.js';
import type { PseudoLabels } from '../shared/objective/pseudo-labels.js';
import { adaptationEpoch, type ShotFigures } from '../shared/objective/target.js';
import type { Task } from '../shared/reporter.js';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Method, MethodOptions } from './methods/index.js';
import type { TargetEpochRecord } from './types.js';
import type { Views } from '../shared/model/views.js';

/** What a run keeps between its epochs, and across an interruption. */
export interface Progress {
  epochs: TargetEpochRecord[];
  /** The released model's answers for what is scored. */
  before?: number[];
  pseudo?: number[];
  /** π, where it was estimated or read. */
  prior?: number[];
}

export interface Loop {
  method: Method;
  options: MethodOptions;
  hypothesis: Hypothesis;
  optimizer: Sgd;
  /** All samples, on the engine. */
  x: Tensor;
  views: Views;
  plan: Plan;
  /** Whole epochs that were done before an interruption. */
  done: number;
  progress: Progress;
  checkpoint: CheckpointFile<Progress>;
  task: Task;
  /** Answers for what is scored; undefined in epochs in which nothing is. */
  score(epoch: number, current: Embedding): Promise<number | undefined>;
  signal?: AbortSignal;
}

/**
 * The epochs of a method that takes gradient steps. Each ends with a checkpoint, from which the run
 * goes on as if it had not stopped.
 *
 * @returns how the adapted model sees all samples; the caller disposes it
 * @throws FedshotError `data` once the loss is no number; the signal's reason once it is aborted
 */
export async function adaptationLoop(loop: Loop): Promise<Embedding> {
  const { method, hypothesis, optimizer, plan, progress, task } = loop;
  let current = embed(hypothesis, loop.x);
  let previous: Int32Array | undefined = progress.pseudo && Int32Array.from(progress.pseudo);
  for (let epoch = loop.done; epoch < plan.epochs; epoch++) {
    const objective = await method.objective!({
      hypothesis,
      embedding: current,
      views: loop.views,
      epoch,
      epochs: plan.epochs,
      random: plan.random.fork('method', epoch),
      options: loop.options,
    });
    disposeEmbedding(current);
    const steps = await adaptationEpoch(plan, epoch, {
      hypothesis,
      optimizer,
      x: loop.x,
      loss: objective.loss,
      hold: objective.hold,
      dropout: true,
      signal: loop.signal,
      onStep: () => task.advance(),
    });
    objective.dispose();
    current = embed(hypothesis, loop.x);
    const record = recordOf(epoch, steps, objective.pseudo, previous);
    const accuracy = await loop.score(epoch, current);
    if (accuracy !== undefined) record.accuracy = accuracy;
    progress.epochs.push(record);
    previous = objective.pseudo?.labels;
    progress.pseudo = previous && [...previous];
    note(task, record, plan.epochs);
    const [weights, velocity] = [await hypothesis.state(), await optimizer.state()];
    loop.checkpoint.save({ epochs: epoch + 1, weights, velocity, progress });
  }
  return current;
}

function recordOf(
  epoch: number,
  steps: ShotFigures[],
  chosen: PseudoLabels | undefined,
  previous: Int32Array | undefined,
): TargetEpochRecord {
  const mean = (name: keyof ShotFigures) =>
    steps.reduce((total, step) => total + step[name], 0) / steps.length;
  const record: TargetEpochRecord = {
    epoch: epoch + 1,
    loss: mean('total'),
    entropy: mean('entropy'),
    diversity: mean('diversity'),
    pseudoCe: mean('pseudoCe'),
  };
  if (!Number.isFinite(record.loss))
    throw new FedshotError('data', `the loss became ${record.loss} in epoch ${record.epoch}`, {
      hint: 'lower --lr, or look for extreme values in the data',
    });
  if (chosen) record.pseudoLabelAgreement = agreement(chosen.labels, chosen.rounds[0]!);
  if (chosen && previous) record.pseudoLabelChanged = 1 - agreement(chosen.labels, previous);
  return record;
}

function note(task: Task, { epoch, loss, accuracy }: TargetEpochRecord, epochs: number): void {
  const right = accuracy === undefined ? '' : `, accuracy ${(100 * accuracy).toFixed(1)} %`;
  task.advance(0, `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}${right}`);
}
