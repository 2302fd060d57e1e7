import type { Tensor } from '@tensorflow/tfjs-core';
import { FedshotError } from '../../shared/errors.js';
import type { Checkpoint, CheckpointFile } from '../../shared/model/checkpoint.js';
import { disposeEmbedding, embed, type Embedding } from '../../shared/model/embed.js';
import { stepsPerEpoch, type Plan } from '../../shared/model/epochs.js';
import type { Model } from '../../shared/model/folder.js';
import type { Hypothesis } from '../../shared/model/hypothesis.js';
import { Sgd } from '../../shared/model/optimizer.js';
import { agreement } from '../../shared/model/score.js';
import type { StateDict } from '../../shared/model/state.js';
import { affineViewsOf, viewsOf } from '../../shared/model/views.js';
import type { PseudoLabels } from '../../shared/objective/pseudo-labels.js';
import { adaptationEpoch, type ShotFigures } from '../../shared/objective/target.js';
import { random } from '../../shared/random.js';
import type { Reporter, Task } from '../../shared/reporter.js';
import { scoredAnswers } from '../prediction/answers.js';
import type { Method, MethodOptions } from '../methods/index.js';
import type { TargetData } from '../target/target-data.js';
import type { AdaptOptions, TargetEpochRecord } from './types.js';

/** What a run keeps between its epochs, and across an interruption. */
export interface Progress {
  epochs: TargetEpochRecord[];
  pseudo?: number[];
  /** The epoch of the checkpoint's best weights. */
  best?: number;
}

export interface Loop {
  method: Method;
  model: Model;
  host: TargetData;
  data: { x: Tensor; test?: Tensor };
  hypothesis: Hypothesis;
  /** How the hypothesis sees all samples now; the loop disposes it. */
  current: Embedding;
  progress: Progress;
  checkpoint: CheckpointFile<Progress>;
  /** Where an interrupted run stopped. */
  saved?: Checkpoint<Progress>;
  options: AdaptOptions;
  knowledge: MethodOptions;
  reporter: Reporter;
  labels?: Int32Array;
  /** Whether the battery would keep these weights; without it none are set aside. */
  accepts?: (weights: StateDict) => Promise<boolean>;
}

/** What the epochs end with. */
export interface Run {
  /** How the adapted model sees all samples; the caller disposes it. */
  current: Embedding;
  /** The weights after the last epoch that was looked at and accepted, should the final ones not be. */
  best?: { epoch: number; weights: StateDict };
}

/** Scorings of a run on separate test data besides the first: at its end and nine times before. */
const SCORINGS = 10;

/**
 * The epochs of a method that takes gradient steps. Each ends with a checkpoint, from which the run
 * goes on as if it had not stopped.
 * After epochs 1, 2, 4, 8 and so on the battery has a look.
 *
 * @throws FedshotError `data` once the loss is no number; the signal's reason once it is aborted
 */
export async function adaptationLoop(loop: Loop): Promise<Run> {
  const { method, model, host, data, hypothesis, progress, saved, options, labels } = loop;
  const { epochs } = options;
  const optimizer = new Sgd(hypothesis.ops, [
    { params: hypothesis.trainable('F'), factor: options.featureLr },
    { params: hypothesis.trainable('B'), factor: 1 },
  ]);
  if (saved) optimizer.restore(saved.velocity);
  const plan: Plan = {
    ...options,
    samples: host.count,
    random: random(options.seed),
    shuffle: true,
  };
  const perEpoch = stepsPerEpoch(plan);
  const task = loop.reporter.task('adapt', perEpoch * epochs, 'steps');
  task.advance(perEpoch * (saved?.epochs ?? 0));
  const views = viewsOf(host.x, model.config.input);
  const augmented =
    options.augment === 'affine' ? affineViewsOf(host.x, model.config.input) : undefined;
  let { current } = loop;
  let best = saved?.best;
  let previous: Int32Array | undefined = progress.pseudo && Int32Array.from(progress.pseudo);
  for (let epoch = saved?.epochs ?? 0; epoch < epochs; epoch++) {
    const objective = await method.objective!({
      hypothesis,
      embedding: current,
      views,
      epoch,
      epochs,
      random: plan.random.fork('method', epoch),
      options: loop.knowledge,
    });
    disposeEmbedding(current);
    const steps = await adaptationEpoch(plan, epoch, {
      hypothesis,
      optimizer,
      x: data.x,
      views: augmented,
      dropout: true,
      signal: options.signal,
      loss: objective.loss,
      hold: objective.hold,
      constants: objective.constants,
      onStep: () => task.advance(),
    });
    objective.dispose();
    current = embed(hypothesis, data.x);
    const record = recordOf(epoch, steps, objective.pseudo, previous);
    if (labels && (!data.test || isScored(epoch, epochs))) {
      const answers = await scoredAnswers(hypothesis, data.test, current, method, model);
      record.accuracy = agreement(answers.labels, labels);
    }
    progress.epochs.push(record);
    previous = objective.pseudo?.labels;
    progress.pseudo = previous && [...previous];
    note(task, record, epochs);
    const [weights, velocity] = [await hypothesis.state(), await optimizer.state()];
    if (isPowerOf2(epoch + 1) && epoch + 1 < epochs && (await loop.accepts?.(weights)))
      [best, progress.best] = [weights, epoch + 1];
    loop.checkpoint.save({ epochs: epoch + 1, weights, velocity, best, progress });
  }
  optimizer.dispose();
  task.done();
  return { current, ...(best && { best: { epoch: progress.best!, weights: best } }) };
}

const isPowerOf2 = (n: number): boolean => Number.isInteger(Math.log2(n));

const isScored = (epoch: number, epochs: number): boolean =>
  Math.floor(((epoch + 1) * SCORINGS) / epochs) > Math.floor((epoch * SCORINGS) / epochs);

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
