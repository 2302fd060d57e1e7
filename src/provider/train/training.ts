import { tensor1d } from '@tensorflow/tfjs-core';
import type { Engine } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { embed, outputsOf, type Outputs } from '../../shared/model/embed.js';
import { stepsPerEpoch, type Plan } from '../../shared/model/epochs.js';
import type { Architecture } from '../../shared/model/architecture.js';
import { Hypothesis, paramSpecs } from '../../shared/model/hypothesis.js';
import { initialState } from '../../shared/model/init.js';
import { Sgd } from '../../shared/model/optimizer.js';
import { agreement, predicted } from '../../shared/model/score.js';
import type { StateDict } from '../../shared/model/state.js';
import { sourceEpoch } from '../../shared/objective/source.js';
import { random } from '../../shared/random.js';
import { checkpointOf, type TrainingProgress } from './checkpoint.js';
import type { TrainSettings } from './options.js';
import type { SourceEpochRecord } from './result.js';
import type { OpenedSamples, OpenedSource } from './open-source.js';
import type { SourceData } from './source-data.js';

/** The samples, and what is trained on them. */
export interface SourceRun {
  source: Pick<OpenedSource, 'train' | 'heldOut'>;
  architecture: Architecture;
  /** What F begins with, where it does not begin at random. */
  init?: SourceData['init'];
}

/** How often a run is scored on held-out data, as in the original: at its end and nine times before. */
const SCORINGS = 10;

/** The weights of the best epoch on held-out data. */
export interface Best {
  state: StateDict;
  epoch: number;
  accuracy: number;
  /** What they make of the held-out samples; unknown where a resumed run had found them before. */
  seen?: Outputs;
}

/**
 * Trains F, B and C epoch by epoch, each one kept in the checkpoint, from the start or from where an
 * interrupted run stopped.
 *
 * @throws FedshotError `data` for a loss that is no number; `interrupted` once the signal is aborted
 */
export async function trainEpochs(
  settings: TrainSettings,
  data: SourceRun,
  engine: Engine,
): Promise<{ best: Best; epochs: SourceEpochRecord[] }> {
  const { epochs, reporter, seed } = settings;
  const checkpoint = checkpointOf(settings, engine);
  const saved = checkpoint.resumed();
  const run = startRun(settings, data, engine, saved?.weights);
  if (saved) run.optimizer.restore(saved.velocity);
  const progress: TrainingProgress = saved?.progress ?? {
    epochs: [],
    best: { epoch: 0, accuracy: -1 },
  };
  let best: Pick<Best, 'state' | 'seen'> | undefined = saved?.best && { state: saved.best };

  const plan: Plan = {
    ...settings,
    samples: data.source.train.samples.count,
    random: random(seed),
    shuffle: true,
  };
  const perEpoch = stepsPerEpoch(plan);
  const task = reporter.task('train', perEpoch * epochs, 'steps');
  task.advance(perEpoch * (saved?.epochs ?? 0));
  try {
    for (let epoch = saved?.epochs ?? 0; epoch < epochs; epoch++) {
      const loss = await run.epoch(plan, epoch, () => task.advance());
      const record: SourceEpochRecord = { epoch: epoch + 1, loss };
      const weights = await run.hypothesis.state();
      if (isScored(epoch, epochs)) {
        const { accuracy, ...seen } = await run.score();
        record.heldOutAccuracy = accuracy;
        if (accuracy >= progress.best.accuracy) {
          progress.best = { epoch: epoch + 1, accuracy };
          best = { state: weights, seen };
        }
      }
      progress.epochs.push(record);
      reporter.event?.({
        type: 'epoch',
        phase: 'train',
        epoch: epoch + 1,
        epochs,
        terms: { loss },
        accuracy: record.heldOutAccuracy,
      });
      task.advance(0, `epoch ${epoch + 1}/${epochs}, loss ${loss.toFixed(3)}`);
      const velocity = await run.optimizer.state();
      checkpoint.file.save({ epochs: epoch + 1, weights, velocity, best: best?.state, progress });
    }
  } finally {
    run.dispose();
  }
  if (!best) throw new FedshotError('internal', `no epoch of ${epochs} was scored`);
  task.done(`held-out accuracy ${(100 * progress.best.accuracy).toFixed(1)} %`);
  return { best: { ...best, ...progress.best }, epochs: progress.epochs };
}

/** What a run holds on the engine. */
interface Run {
  hypothesis: Hypothesis;
  optimizer: Sgd;
  /** Takes one epoch's steps; their mean loss, nats. */
  epoch(plan: Plan, epoch: number, onStep: () => void): Promise<number>;
  /** What the weights make of the held-out samples. */
  score(): Promise<Outputs & { accuracy: number }>;
  dispose(): void;
}

/** @param weights to go on from; fresh ones without */
function startRun(
  { augment, seed, smoothing, signal, featureLr, freeze, freezeBnStatistics }: TrainSettings,
  { architecture, init, source: { train, heldOut } }: SourceRun,
  { ops }: Engine,
  weights?: StateDict,
): Run {
  const state = weights ?? initialState(paramSpecs(architecture), random(seed), init?.state);
  const hypothesis = new Hypothesis(architecture, ops, state, { freeze, freezeBnStatistics });
  const optimizer = new Sgd(ops, [
    { params: hypothesis.trainable('F'), factor: featureLr },
    { params: hypothesis.trainable('B', 'C'), factor: 1 },
  ]);
  const labels = tensor1d(train.labels, 'int32');
  return {
    hypothesis,
    optimizer,
    epoch: async (plan, epoch, onStep) => {
      const losses = await sourceEpoch(plan, epoch, {
        hypothesis,
        optimizer,
        input: (steps) => train.samples.steps(steps, augment),
        labels,
        smoothing,
        dropout: true,
        signal,
        onStep,
      });
      return finite(mean(losses), epoch);
    },
    score: () => scored(hypothesis, heldOut),
    dispose: () => {
      for (const resource of [hypothesis, optimizer, labels]) resource.dispose();
    },
  };
}

function finite(loss: number, epoch: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new FedshotError('data', `the loss became ${loss} in epoch ${epoch + 1}`, {
    hint: 'lower --lr, or look for extreme values in the data',
  });
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const isScored = (epoch: number, epochs: number): boolean =>
  Math.floor(((epoch + 1) * SCORINGS) / epochs) > Math.floor((epoch * SCORINGS) / epochs);

/** What the hypothesis makes of samples, and how much of it is right. */
async function scored(
  hypothesis: Hypothesis,
  { samples, labels }: OpenedSamples,
): Promise<Outputs & { accuracy: number }> {
  const embedding = await embed(hypothesis, samples);
  const accuracy = agreement(await predicted(embedding.probabilities), labels);
  return { ...(await outputsOf(embedding)), accuracy };
}
