import type { TrainingCheckpoint, CheckpointFile } from '../../shared/model/checkpoint.js';
import { disposeEmbedding, embed, type Embedding } from '../../shared/model/embed.js';
import { stepsPerEpoch, type Plan } from '../../shared/model/epochs.js';
import type { Hypothesis } from '../../shared/model/hypothesis.js';
import { Sgd } from '../../shared/model/optimizer.js';
import { agreement } from '../../shared/model/score.js';
import type { StateDict } from '../../shared/model/state.js';
import { affineViewsOf, makeViews, type Views } from '../../shared/model/views.js';
import type { StepFigures } from '../../shared/objective/figures.js';
import type { PseudoLabels } from '../../shared/objective/pseudo-labels.js';
import { adaptationEpoch } from '../../shared/objective/target.js';
import { random } from '../../shared/random.js';
import { silent, type ReportedTask } from '../../shared/reporter.js';
import type { AdaptationMethod } from '../methods/index.js';
import { scoredAnswers } from '../prediction/answers.js';
import { noteEpoch, recordOf } from './epoch-record.js';
import type { Prepared } from './prepare.js';
import type { TargetEpochRecord } from './types.js';

/** What a run keeps between its epochs, and across an interruption. */
export interface AdaptationProgress {
  epochs: TargetEpochRecord[];
  pseudo?: number[];
  /** The epoch of the checkpoint's best weights. */
  best?: number;
}

/** The epochs of a method that takes gradient steps. */
export interface EpochLoop {
  prepared: Prepared;
  method: AdaptationMethod;
  /** The method's own options, complete. */
  methodOptions: Record<string, unknown>;
  hypothesis: Hypothesis;
  /** How the hypothesis sees all samples now; the loop disposes it. */
  embedding: Embedding;
  checkpoint: CheckpointFile<AdaptationProgress>;
  /** Where an interrupted run stopped. */
  saved?: TrainingCheckpoint<AdaptationProgress>;
  /** Whether the battery would keep these weights; without it none are set aside. */
  accepts?: (weights: StateDict) => Promise<boolean>;
}

/** What the epochs end with. */
interface Trained {
  /** How the adapted model sees all samples; the caller disposes it. */
  embedding: Embedding;
  epochs: TargetEpochRecord[];
  /** The weights after the last epoch that was looked at and accepted. */
  best?: { epoch: number; weights: StateDict };
}

/** Scorings of a run on separate test data besides the first: at its end and nine times before. */
const SCORINGS = 10;

/**
 * Trains for the epochs that the options ask for. Each ends with a checkpoint, from which the run goes on
 * as if it had not stopped. After epochs 1, 2, 4, 8 and so on the battery has a look.
 *
 * @throws FedshotError `data` once the loss is no number; the signal's reason once it is aborted
 */
export async function adaptEpochs(loop: EpochLoop): Promise<Trained> {
  const { prepared, hypothesis, checkpoint, saved } = loop;
  const { options, data } = prepared;
  const { epochs } = options;
  const optimizer = optimizerOf(loop);
  const plan = planOf(prepared);
  const perEpoch = stepsPerEpoch(plan);
  const { reporter = silent } = options;
  const task = reporter.task('adapt', perEpoch * epochs, 'steps');
  task.advance(perEpoch * (saved?.epochs ?? 0));
  const epochOf = stepper(loop, plan, optimizer, task);
  const progress: AdaptationProgress = saved?.progress ?? { epochs: [] };
  let { embedding } = loop;
  let best = saved?.best;
  try {
    for (let epoch = saved?.epochs ?? 0; epoch < epochs; epoch++) {
      const { steps, pseudo } = await epochOf(epoch, embedding);
      embedding = embed(hypothesis, data.x);
      const previous = progress.pseudo && Int32Array.from(progress.pseudo);
      const record = recordOf(epoch, steps, pseudo, previous);
      const accuracy = await accuracyAfter(epoch, loop, embedding);
      if (accuracy !== undefined) record.accuracy = accuracy;
      progress.epochs.push(record);
      progress.pseudo = pseudo && [...pseudo.labels];
      noteEpoch(task, reporter, record, epochs);
      const [weights, velocity] = [await hypothesis.state(), await optimizer.state()];
      if (isPowerOf2(epoch + 1) && epoch + 1 < epochs && (await loop.accepts?.(weights)))
        [best, progress.best] = [weights, epoch + 1];
      checkpoint.save({ epochs: epoch + 1, weights, velocity, best, progress });
    }
  } catch (error) {
    disposeEmbedding(embedding);
    throw error;
  } finally {
    optimizer.dispose();
  }
  task.done();
  const kept = best && { epoch: progress.best!, weights: best };
  return { embedding, epochs: progress.epochs, best: kept };
}

function optimizerOf({ hypothesis, saved, prepared }: EpochLoop): Sgd {
  const optimizer = new Sgd(hypothesis.ops, [
    { params: hypothesis.trainable('F'), factor: prepared.options.featureLr },
    { params: hypothesis.trainable('B'), factor: 1 },
  ]);
  if (saved) optimizer.restore(saved.velocity);
  return optimizer;
}

const planOf = ({ options, host }: Prepared): Plan => ({
  epochs: options.epochs,
  batch: options.batch,
  lr: options.lr,
  samples: host.count,
  random: random(options.seed),
  shuffle: true,
});

/** Runs one epoch after the other; each takes the embedding of the one before, and disposes it. */
function stepper(
  { prepared, method, methodOptions, hypothesis }: EpochLoop,
  plan: Plan,
  optimizer: Sgd,
  task: ReportedTask,
): (
  epoch: number,
  embedding: Embedding,
) => Promise<{ steps: StepFigures[]; pseudo?: PseudoLabels }> {
  const { options, host, data, model, settings } = prepared;
  const views: Views = makeViews(host.x, model.config.input);
  const augmented =
    options.augment === 'affine' ? affineViewsOf(host.x, model.config.input) : undefined;
  return async (epoch, embedding) => {
    const objective = await method.objective!({
      hypothesis,
      embedding,
      views,
      epoch,
      epochs: plan.epochs,
      random: plan.random.fork('method', epoch),
      settings,
      options: methodOptions,
    });
    disposeEmbedding(embedding);
    try {
      const steps = await adaptationEpoch(plan, epoch, {
        hypothesis,
        optimizer,
        x: data.x,
        views: augmented,
        dropout: true,
        signal: options.signal,
        loss: objective.loss,
        terms: method.terms,
        hold: objective.hold,
        constants: objective.constants,
        onStep: () => task.advance(),
      });
      return { steps, pseudo: objective.pseudo };
    } finally {
      objective.dispose();
    }
  };
}

/** Share of the scored samples that are right, where there are labels and the epoch is scored. */
async function accuracyAfter(
  epoch: number,
  { prepared, method, hypothesis }: EpochLoop,
  embedding: Embedding,
): Promise<number | undefined> {
  const { host, data, model, options } = prepared;
  if (!host.labels || (data.test && !isScored(epoch, options.epochs))) return undefined;
  const stream = method.stream === true;
  const answers = await scoredAnswers(hypothesis, data.test, embedding, stream, model);
  return agreement(answers.labels, host.labels);
}

const isPowerOf2 = (n: number): boolean => Number.isInteger(Math.log2(n));

const isScored = (epoch: number, epochs: number): boolean =>
  Math.floor(((epoch + 1) * SCORINGS) / epochs) > Math.floor((epoch * SCORINGS) / epochs);
