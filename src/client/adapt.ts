import { join } from 'node:path';
import { startEngine, type Engine, type EngineOptions } from '../shared/engine/index.js';
import { FedshotError } from '../shared/errors.js';
import { CheckpointFile } from '../shared/model/checkpoint.js';
import { disposeEmbedding, embed } from '../shared/model/embed.js';
import { stepsPerEpoch, type Plan } from '../shared/model/epochs.js';
import { Hypothesis } from '../shared/model/hypothesis.js';
import { Sgd } from '../shared/model/optimizer.js';
import { agreement, confusionMatrix, predicted } from '../shared/model/score.js';
import { part, sameBits, type StateDict } from '../shared/model/state.js';
import type { Model } from '../shared/model/folder.js';
import { pseudoLabels } from '../shared/objective/pseudo-labels.js';
import { targetEpoch, type ShotFigures } from '../shared/objective/target.js';
import { random } from '../shared/random.js';
import { silent, type Reporter, type Task } from '../shared/reporter.js';
import { sampleSheet, type SampleSheet } from './sample-sheet.js';
import { targetData } from './target-data.js';

export interface AdaptOptions {
  /** Unlabelled target data, in the notation of docs/data.md; labels, if any, are used for scoring only. */
  data: string;
  /** Data to score on; without it `data` is scored where it has labels. */
  test?: string;
  epochs: number;
  batch: number;
  /** lr₀ of the schedule. */
  lr: number;
  /** Factor on the learning rate of F: 1 for digits, 0.1 for a pre-trained extractor. */
  featureLr: number;
  /** β, weight of the pseudo-label term; 0 is SHOT-IM. */
  beta: number;
  /** α, weight of the information-maximisation terms. */
  alpha: number;
  /** Classes with at most this many predicted samples get no pseudo-labels. */
  threshold: number;
  seed: number;
  /** Goes on from the checkpoint in `work`. */
  resume: boolean;
  engine?: EngineOptions;
  reporter?: Reporter;
  signal?: AbortSignal;
  /** Milliseconds on any clock; measures the run. */
  clock?: () => number;
}

/** The release that is adapted, as its signed manifest names it. */
export interface ReleaseId {
  name: string;
  version: number;
  /** SHA-256 of the manifest, hexadecimal. */
  digest: string;
}

export interface TargetEpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** Means over the epoch's steps, nats: the objective and its terms (docs/method.md). */
  loss: number;
  entropy: number;
  diversity: number;
  pseudoCe: number;
  /** Share of this epoch's pseudo-labels that equal the model's own predictions at its start. */
  pseudoLabelAgreement?: number;
  /** Share of pseudo-labels that differ from the epoch before. */
  pseudoLabelChanged?: number;
  /** Share of scored samples that are right after this epoch, where there are labels. */
  accuracy?: number;
}

export interface AdaptResult {
  engine: Pick<Engine, 'name' | 'device' | 'version' | 'threads'>;
  release: ReleaseId;
  classes: string[];
  /** Samples adapted on. */
  n: number;
  /** Shares of the scored samples that are right, 0..1; absent without labels. */
  sourceOnlyAccuracy?: number;
  adaptedAccuracy?: number;
  /** K × K counts, rows true and columns predicted, before and after; absent without labels. */
  confusion?: { before: number[][]; after: number[][] };
  /** Whether every bit of C is as it was released. */
  classifierUnchanged: boolean;
  /** Share of the last pseudo-labels that equal the model's own predictions; absent for β = 0. */
  pseudoLabelAgreement?: number;
  epochs: TargetEpochRecord[];
  seed: number;
  seconds: number;
}

export interface Adapted {
  result: AdaptResult;
  state: StateDict;
  /** A few samples with their predictions, for the site's own report. */
  samples: SampleSheet;
}

/** Scorings of a run on separate test data besides the first: at its end and nine times before. */
const SCORINGS = 10;

interface Progress {
  epochs: TargetEpochRecord[];
  before?: number[];
  pseudo?: number[];
}

/**
 * Adapts F and B of a released hypothesis to target data by SHOT, C frozen (Liang et al. 2020,
 * section 3.2–3.3), and checks at the end that C has not changed by a bit.
 *
 * @param work folder for the checkpoint
 * @throws FedshotError `data`, `model`, `engine`, `io`; `interrupted` once `signal` is aborted, the
 *   last whole epoch being kept for `resume`
 */
export async function adaptModel(
  model: Model,
  release: ReleaseId,
  work: string,
  options: AdaptOptions,
): Promise<Adapted> {
  const { reporter = silent, clock = () => performance.now(), seed, signal, beta } = options;
  const started = clock();
  const host = await targetData(options, model.config);
  const engine = await startEngine(options.engine);
  const data = host.onEngine();
  const checkpoint = new CheckpointFile<Progress>(
    join(work, '.checkpoint.safetensors'),
    settingsOf(options, release, engine),
  );
  const saved = options.resume && checkpoint.exists() ? checkpoint.load() : undefined;
  if (options.resume && !saved) reporter.note('nothing to resume: starting anew');

  const { architecture, classes } = model.config;
  const hypothesis = new Hypothesis(architecture, engine.ops, saved?.weights ?? model.state);
  const optimizer = new Sgd(engine.ops, [
    { params: hypothesis.trainable('F'), factor: options.featureLr },
    { params: hypothesis.trainable('B'), factor: 1 },
  ]);
  if (saved) optimizer.restore(saved.velocity);
  const progress: Progress = saved?.progress ?? { epochs: [] };

  const plan: Plan = { ...options, samples: host.count, random: random(seed), shuffle: true };
  const perEpoch = stepsPerEpoch(plan);
  const task = reporter.task('adapt', perEpoch * options.epochs, 'steps');
  task.advance(perEpoch * (saved?.epochs ?? 0));

  let current = embed(hypothesis, data.x);
  const guess = async (): Promise<Int32Array> => {
    if (!data.test) return predicted(current.probabilities);
    const embedding = embed(hypothesis, data.test);
    const guesses = await predicted(embedding.probabilities);
    disposeEmbedding(embedding);
    return guesses;
  };
  const { labels } = host;
  if (labels) progress.before ??= [...(await guess())];
  let previous: Int32Array | undefined = progress.pseudo && Int32Array.from(progress.pseudo);

  for (let epoch = saved?.epochs ?? 0; epoch < options.epochs; epoch++) {
    const chosen = beta > 0 ? await pseudoLabels(current, options) : undefined;
    disposeEmbedding(current);
    const steps = await targetEpoch(plan, epoch, {
      hypothesis,
      optimizer,
      x: data.x,
      pseudo: chosen?.labels,
      weights: options,
      dropout: true,
      signal,
      onStep: () => task.advance(),
    });
    current = embed(hypothesis, data.x);
    const record = recordOf(epoch, steps, chosen, previous);
    if (labels && (!data.test || isScored(epoch, options.epochs)))
      record.accuracy = agreement(await guess(), labels);
    progress.epochs.push(record);
    previous = chosen?.labels;
    note(task, record, options.epochs);
    const [weights, velocity] = [await hypothesis.state(), await optimizer.state()];
    progress.pseudo = previous && [...previous];
    checkpoint.save({ epochs: epoch + 1, weights, velocity, progress });
  }

  const state = await hypothesis.state();
  const after = await guess();
  const own = data.test ? await predicted(current.probabilities) : after;
  const last = beta > 0 ? await pseudoLabels(current, options) : undefined;
  disposeEmbedding(current);
  checkpoint.remove();
  for (const resource of [hypothesis, optimizer, data]) resource.dispose();
  task.done();
  const before = labels && Int32Array.from(progress.before!);
  const K = architecture.classes;
  const { name, device, version, threads } = engine;
  const result: AdaptResult = {
    engine: { name, device, version, threads },
    release,
    classes,
    n: host.count,
    ...(labels && {
      sourceOnlyAccuracy: agreement(before!, labels),
      adaptedAccuracy: agreement(after, labels),
      confusion: {
        before: confusionMatrix(labels, before!, K),
        after: confusionMatrix(labels, after, K),
      },
    }),
    classifierUnchanged: sameBits(part(state, 'C.'), part(model.state, 'C.')),
    ...(last && { pseudoLabelAgreement: agreement(last.labels, own) }),
    epochs: progress.epochs,
    seed,
    seconds: (clock() - started) / 1000,
  };
  if (!result.classifierUnchanged)
    throw new FedshotError('internal', 'the classifier changed during adaptation');
  return { result, state, samples: sampleSheet(host.scored, after, labels) };
}

function recordOf(
  epoch: number,
  steps: ShotFigures[],
  chosen: { labels: Int32Array; rounds: Int32Array[] } | undefined,
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

const isScored = (epoch: number, epochs: number): boolean =>
  Math.floor(((epoch + 1) * SCORINGS) / epochs) > Math.floor((epoch * SCORINGS) / epochs);

/** What the result depends on: a checkpoint made with other values is refused. */
function settingsOf(
  options: AdaptOptions,
  release: ReleaseId,
  { name, device, threads }: Engine,
): Record<string, unknown> {
  const { data, test, epochs, batch, lr, featureLr, beta, alpha, threshold, seed } = options;
  return {
    ...{ release: release.digest, data, test, epochs, batch, lr, featureLr },
    ...{ beta, alpha, threshold, seed, engine: name, device, threads },
  };
}
