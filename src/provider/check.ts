import { checkLabels, loadSamples, type DataSource } from '../shared/data/index.js';
import { startEngine, type Engine, type EngineOptions } from '../shared/engine/index.js';
import type { Ops } from '../shared/engine/ops.js';
import { FedshotError } from '../shared/errors.js';
import { disposeEmbedding, embed } from '../shared/model/embed.js';
import { makeCard, type CardSource } from '../shared/model/card/index.js';
import type { ModelConfig } from '../shared/model/config.js';
import {
  bindingOf,
  readModel,
  weightDigests,
  writeModel,
  type Binding,
  type Model,
} from '../shared/model/folder.js';
import { Hypothesis } from '../shared/model/hypothesis.js';
import { agreement, confusionMatrix, predicted } from '../shared/model/score.js';
import type { Reporter } from '../shared/reporter.js';
import { openLabelled, type OpenedSamples } from './train/open-source.js';
import { aloneIn } from './train/folder.js';

export interface CheckOptions {
  /** Folder that `train` wrote. */
  model: string;
  /** SampleInfo data that the model was not trained on. */
  data: DataSource;
  /** Writes what `data` gives into the model as its card and held-out accuracy. */
  writeCard?: boolean;
  /** Refuses the data where one picture of it cannot be read. */
  strict?: boolean;
  engine?: EngineOptions;
  reporter?: Reporter;
}

export interface CheckResult {
  model: string;
  engine: Pick<Engine, 'name' | 'device' | 'version'>;
  samples: number;
  /** Share of the samples that are right, 0..1. */
  accuracy: number;
  /** What `train` measured on its own held-out data and wrote into the model. */
  declaredAccuracy?: number;
  /** Whether that, and the card, were measured on these weights; after `writeCard` they were. */
  binding: Binding;
  /** Per class, in label order; no accuracy for a class of which there is no sample. */
  classes: { name: string; samples: number; accuracy?: number }[];
  /** Rows are true classes, columns predicted ones. */
  confusion: number[][];
}

/**
 * Scores a model on labelled data, where the data is, before anything of it is published. The files
 * are read as a site reads them: strictly, and with the input contract that they carry.
 *
 * @throws FedshotError `not-found`, `format`, `model` for the folder; `data` for data that has no
 *   labels, labels outside the classes, or samples that do not fit
 */
export function checkModel(options: CheckOptions): Promise<CheckResult> {
  const check = (): Promise<CheckResult> => score(options);
  return options.writeCard ? aloneIn(options.model, check) : check();
}

async function score(options: CheckOptions): Promise<CheckResult> {
  const model = readModel(options.model);
  const { config } = model;
  const loaded = checkLabels(
    await loadSamples(options.data, { takes: config.input, reporter: options.reporter }),
    config.classes,
  );
  if (!loaded.labels)
    throw new FedshotError('data', `${loaded.source}: has no labels`, {
      hint: 'a model is checked on labelled data: idx:IMAGES,LABELS or csv:FILE#label=COLUMN',
    });
  const engine = await startEngine(options.engine);
  return engine.use(async () => {
    const opened = await openLabelled(loaded, config.input, engine.ops, options);
    try {
      return await scoreOn(engine, model, opened, options);
    } finally {
      opened.dispose();
    }
  });
}

/** Scores a model on samples that are open, and with `writeCard` writes it with what was measured. */
export async function scoreOn(
  { ops, name, device, version }: Engine,
  model: Model,
  { samples, labels }: OpenedSamples,
  options: Pick<CheckOptions, 'model' | 'writeCard'>,
): Promise<CheckResult> {
  const { config, state } = model;
  const { count } = samples;
  const hypothesis = new Hypothesis(config.architecture, ops, state);
  const embedding = await embed(hypothesis, samples);
  const guesses = await predicted(embedding.probabilities);
  disposeEmbedding(embedding);
  hypothesis.dispose();
  const confusion = confusionMatrix(labels, guesses, config.classes.length);
  const accuracy = agreement(guesses, labels);
  if (options.writeCard)
    await writeMeasured(options.model, model, ops, { samples, labels }, accuracy);
  return {
    model: options.model,
    engine: { name, device, version },
    samples: count,
    accuracy,
    declaredAccuracy: options.writeCard ? accuracy : config.heldOutAccuracy,
    binding: options.writeCard ? 'bound' : bindingOf(model),
    classes: config.classes.map((className, k) => {
      const row = confusion[k] ?? [];
      const ofClass = row.reduce((a, b) => a + b, 0);
      const share = ofClass > 0 ? (row[k] ?? 0) / ofClass : undefined;
      return { name: className, samples: ofClass, accuracy: share };
    }),
    confusion,
  };
}

/** Puts the figures of these samples into the model, in place of those that it has. */
async function writeMeasured(
  dir: string,
  model: Model,
  ops: Ops,
  heldOut: CardSource['heldOut'],
  accuracy: number,
): Promise<void> {
  const { config, state } = model;
  const { architecture, input } = config;
  const card = await makeCard({
    architecture,
    input,
    state,
    ops,
    heldOut,
    trainLabels: heldOut.labels,
  });
  // The shares of the training labels are known from before only if they are of these weights.
  const known = bindingOf(model) === 'other' ? undefined : config.card?.prior;
  const measured: ModelConfig = {
    ...config,
    heldOutAccuracy: Number(accuracy.toPrecision(4)),
    measuredOn: weightDigests(state),
    card: { ...card, prior: known ?? card.prior },
  };
  writeModel(dir, { config: measured, state });
}
