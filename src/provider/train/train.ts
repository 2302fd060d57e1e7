import { join } from 'node:path';
import { tensor, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { cropRotate, type Augmentation } from '../../shared/preprocessing/augment.js';
import { startEngine, type Engine, type EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import type { ArchitectureName } from '../../shared/model/architecture.js';
import { indexTensor } from '../../shared/model/batches.js';
import { CheckpointFile } from '../../shared/model/checkpoint.js';
import { makeCard, MINIMUM_COUNT } from '../../shared/model/card/index.js';
import type { ModelConfig } from '../../shared/model/config.js';
import { embed, outputsOf, type Outputs } from '../../shared/model/embed.js';
import { stepsPerEpoch, type Plan, type Step } from '../../shared/model/epochs.js';
import { weightDigests, writeModel } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { Sgd } from '../../shared/model/optimizer.js';
import { agreement, predicted } from '../../shared/model/score.js';
import { sourceEpoch } from '../../shared/objective/source.js';
import { random } from '../../shared/random.js';
import { silent, type Reporter } from '../../shared/reporter.js';
import type { Files } from '../../shared/folders.js';
import { sourceData, type Samples, type SourceData } from './source-data.js';
import { aloneIn } from './folder.js';

export interface TrainOptions {
  /** Labelled source data, in the notation of docs/data.md. */
  data: string;
  /** Labelled held-out data; without it a share of `data` is held out. */
  test?: string;
  /**
   * Share of `data` to hold out where there is no `test`, in (0, 1); untold a tenth, or up to a third
   * where the card needs it to describe every class.
   */
  holdOut?: number;
  /** Folder for the model; an earlier model there is replaced at the end, in one step. */
  out: string;
  /** Further files of `out` that are replaced in the same step. */
  beside?: Files;
  arch: ArchitectureName;
  /** Widths of the hidden layers, `mlp` only. */
  hidden?: number[];
  bottleneck: number;
  /** Class names in label order; read from the data where they are not given. */
  classes?: string[];
  epochs: number;
  batch: number;
  /** lr₀ of the schedule. */
  lr: number;
  /** ε of label smoothing. */
  smoothing: number;
  augment: Augmentation;
  seed: number;
  /** Goes on from the checkpoint in `out`. */
  resume: boolean;
  engine?: EngineOptions;
  reporter?: Reporter;
  signal?: AbortSignal;
  /** Milliseconds on any clock; measures the run. */
  clock?: () => number;
}

export interface SourceEpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's steps, nats. */
  loss: number;
  /** Share of held-out samples that are right, 0..1, where this epoch was scored. */
  heldOutAccuracy?: number;
}

export interface TrainResult {
  out: string;
  engine: Pick<Engine, 'name' | 'device' | 'version' | 'threads'>;
  architecture: ModelConfig['architecture'];
  classes: string[];
  samples: { trained: number; heldOut: number };
  /** Classes of which the card says nothing, for they have too few held-out samples. */
  undescribed: string[];
  heldOutAccuracy: number;
  bestEpoch: number;
  epochs: SourceEpochRecord[];
  seed: number;
  seconds: number;
}

/** How often a run is scored on held-out data, as in the original: at its end and nine times before. */
const SCORINGS = 10;

/** Progress of a run, kept in its checkpoint. */
interface Progress {
  epochs: SourceEpochRecord[];
  best: { epoch: number; accuracy: number };
}

/**
 * Trains a hypothesis on labelled source data and writes the weights of its best epoch on held-out
 * data (Liang et al. 2020, section 3.1).
 *
 * @throws FedshotError `data`, `model`, `engine`, `io`; `usage` also while another process trains into
 *   the same folder; `interrupted` once `signal` is
 *   aborted, the last whole epoch being kept for `resume`
 */
export function train(options: TrainOptions): Promise<TrainResult> {
  return aloneIn(options.out, () => trainAlone(options));
}

async function trainAlone(options: TrainOptions): Promise<TrainResult> {
  const { reporter = silent, clock = () => performance.now(), seed, signal } = options;
  const started = clock();
  const data = await sourceData(options);
  const engine = await startEngine(options.engine);
  const checkpoint = new CheckpointFile<Progress>(
    join(options.out, '.checkpoint.safetensors'),
    settingsOf(options, engine),
  );
  const saved = options.resume && checkpoint.exists() ? checkpoint.load() : undefined;
  if (options.resume && !saved) reporter.note(`nothing to resume in ${options.out}: starting anew`);

  const hypothesis = saved
    ? new Hypothesis(data.architecture, engine.ops, saved.weights)
    : Hypothesis.fresh(data.architecture, engine.ops, random(seed));
  const optimizer = new Sgd(engine.ops, [
    { params: hypothesis.trainable('F', 'B', 'C'), factor: 1 },
  ]);
  if (saved) optimizer.restore(saved.velocity);
  const progress = saved?.progress ?? { epochs: [], best: { epoch: 0, accuracy: -1 } };
  let best = saved?.best;
  let seen: Outputs | undefined;

  const plan: Plan = { ...options, samples: data.train.count, random: random(seed), shuffle: true };
  const batch = batchReader(data, options, engine);
  const labels = tensor1d(data.train.labels, 'int32');
  const held = tensorOf(data.heldOut);
  const perEpoch = stepsPerEpoch(plan);
  const task = reporter.task('train', perEpoch * options.epochs, 'steps');
  task.advance(perEpoch * (saved?.epochs ?? 0));
  for (let epoch = saved?.epochs ?? 0; epoch < options.epochs; epoch++) {
    const losses = await sourceEpoch(plan, epoch, {
      hypothesis,
      optimizer,
      batch: batch.read,
      labels,
      smoothing: options.smoothing,
      dropout: true,
      signal,
      onStep: () => task.advance(),
    });
    const record: SourceEpochRecord = { epoch: epoch + 1, loss: mean(losses) };
    if (!Number.isFinite(record.loss))
      throw new FedshotError('data', `the loss became ${record.loss} in epoch ${epoch + 1}`, {
        hint: 'lower --lr, or look for extreme values in the data',
      });
    const weights = await hypothesis.state();
    if (isScored(epoch, options.epochs)) {
      const outputs = await scored(hypothesis, held, data.heldOut.labels);
      record.heldOutAccuracy = outputs.accuracy;
      if (record.heldOutAccuracy >= progress.best.accuracy) {
        progress.best = { epoch: epoch + 1, accuracy: record.heldOutAccuracy };
        best = weights;
        seen = outputs;
      }
    }
    progress.epochs.push(record);
    task.advance(0, `epoch ${epoch + 1}/${options.epochs}, loss ${record.loss.toFixed(3)}`);
    const velocity = await optimizer.state();
    checkpoint.save({ epochs: epoch + 1, weights, velocity, best, progress });
  }
  const undescribed = data.classes.filter(
    (_, k) => countOf(data.heldOut.labels, k) < MINIMUM_COUNT,
  );
  if (undescribed.length > 0) reporter.warn(tooFew(undescribed));
  task.done(`held-out accuracy ${(100 * progress.best.accuracy).toFixed(1)} %`);

  const config: ModelConfig = {
    format: 'fedshot-model/1',
    architecture: data.architecture,
    input: data.input,
    classes: data.classes,
    heldOutAccuracy: Number(progress.best.accuracy.toPrecision(4)),
    measuredOn: weightDigests(best!),
    card: await makeCard({
      ...data,
      state: best!,
      seen,
      ops: engine.ops,
      trainLabels: data.train.labels,
    }),
  };
  writeModel(options.out, { config, state: best! }, options.beside);
  checkpoint.remove();
  for (const resource of [hypothesis, optimizer, labels, held, batch]) resource.dispose();
  return {
    out: options.out,
    engine: describe(engine),
    architecture: data.architecture,
    classes: data.classes,
    samples: { trained: data.train.count, heldOut: data.heldOut.count },
    undescribed,
    heldOutAccuracy: progress.best.accuracy,
    bestEpoch: progress.best.epoch,
    epochs: progress.epochs,
    seed,
    seconds: (clock() - started) / 1000,
  };
}

const describe = ({ name, device, version, threads }: Engine): TrainResult['engine'] => ({
  name,
  device,
  version,
  threads,
});

const countOf = (labels: Int32Array, k: number): number =>
  labels.reduce((n, label) => n + Number(label === k), 0);

const tooFew = (classes: string[]): string =>
  `${classes.length === 1 ? 'class' : 'classes'} ${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ` and ${classes.length - 5} more` : ''}: under ${MINIMUM_COUNT} held-out samples, so that the card says nothing of them and sites will hear "not enough to tell"; bring more labelled samples, by --test or a larger --hold-out`;

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const tensorOf = ({ x, count, shape }: Samples): Tensor => tensor(x, [count, ...shape]);

const isScored = (epoch: number, epochs: number): boolean =>
  Math.floor(((epoch + 1) * SCORINGS) / epochs) > Math.floor((epoch * SCORINGS) / epochs);

/** What the hypothesis makes of samples, and how much of it is right. */
async function scored(
  hypothesis: Hypothesis,
  x: Tensor,
  labels: Int32Array,
): Promise<Outputs & { accuracy: number }> {
  const embedding = embed(hypothesis, x);
  const accuracy = agreement(await predicted(embedding.probabilities), labels);
  return { ...(await outputsOf(embedding)), accuracy };
}

/** Reads mini-batches: rows of a tensor on the engine, or images augmented on the host. */
function batchReader(
  { train, input }: SourceData,
  { augment }: TrainOptions,
  { ops }: Engine,
): { read: (step: Step) => Tensor; dispose: () => void } {
  if (augment === 'none') {
    const all = tensorOf(train);
    return {
      read: ({ index }) => ops.gatherRows(all, indexTensor(index)),
      dispose: () => all.dispose(),
    };
  }
  if (input.kind !== 'image')
    throw new FedshotError('usage', `--augment ${augment} needs images, not a table`);
  const { shape, mean: means, std } = input;
  const black = means.map((m, c) => (0 - m) / std[c]!);
  const read = ({ index, random: stream }: Step): Tensor => {
    const x = cropRotate(train.x, shape, index, black, stream.fork('augment'));
    return tensor(x, [index.length, ...shape]);
  };
  return { read, dispose: () => undefined };
}

/** What the result depends on: a checkpoint made with other values is refused. */
function settingsOf(options: TrainOptions, engine: Engine): Record<string, unknown> {
  const { data, test, holdOut, arch, hidden, bottleneck, classes } = options;
  const { epochs, batch, lr, smoothing, augment, seed } = options;
  return {
    data,
    test,
    holdOut,
    arch,
    hidden,
    bottleneck,
    classes,
    epochs,
    batch,
    lr,
    smoothing,
    augment,
    seed,
    engine: engine.name,
    device: engine.device,
    threads: engine.threads,
  };
}
