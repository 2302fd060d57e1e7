import { startEngine, type EngineOptions, type Ops } from '../../shared/engine/index.js';
import type { DataSource, SampleInfo } from '../../shared/data/index.js';
import { disposeEmbedding, embedReadable } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { openSamples } from '../../shared/model/open-samples.js';
import { pictureOptions } from '../../shared/preprocessing/pictures/picture-options.js';
import { aboveCut } from '../../shared/objective/unknown.js';
import type { Reporter } from '../../shared/reporter.js';
import { answersOf } from './answers.js';
import { readLoaded } from '../target/reading.js';
import type { Use } from '../adaptation/types.js';

/** The answer of an open set for a sample of none of the classes. */
export const UNKNOWN = 'unknown';

export interface Prediction {
  /** Number of the sample in its file, from 0; rows that are left out are counted. */
  index: number;
  /** Name of the most probable class, or `unknown` in an open set. */
  class: string;
  /** Probability per class, in the order of the class names. */
  probabilities: number[];
}

export interface Predictions {
  classes: string[];
  predictions: Prediction[];
}

const PLAIN: Use = { reading: {}, stream: false };

/**
 * Predicts every sample of `data`; labels, if there are any, are not read. Several models answer
 * together by the mean of their probabilities (SHOT's multi-source form).
 *
 * @param models at least one, all with the same classes, and how each is used
 * @throws FedshotError `data` where the samples do not fit the model's input contract
 */
export async function predict(
  models: readonly (Model & { use?: Use })[],
  data: DataSource,
  engineOptions?: EngineOptions,
  reporter?: Reporter,
): Promise<Predictions> {
  const engine = await startEngine(engineOptions);
  return engine.use(() => answer(models, data, engine.ops, reporter));
}

async function answer(
  models: readonly (Model & { use?: Use })[],
  data: DataSource,
  ops: Ops,
  reporter?: Reporter,
): Promise<Predictions> {
  const { classes } = models[0]!.config;
  const K = classes.length;
  let total = new Float32Array(0);
  let numbers: readonly number[] | undefined;
  for (const [i, model] of models.entries()) {
    const listener = i === 0 ? reporter : undefined; // the same data each time
    const { reading, stream } = model.use ?? PLAIN;
    const loaded = await readLoaded(data, model.config, listener);
    const pictures = pictureOptions({ reporter: listener });
    const { input } = model.config;
    const { samples, from } = await openSamples(loaded, input, ops, reading, pictures);
    const hypothesis = new Hypothesis(model.config.architecture, ops, model.state);
    const { embedding, kept } = await embedReadable(hypothesis, samples);
    numbers = rowsOf(from, kept);
    const { p } = await answersOf(embedding, stream, model, ops);
    disposeEmbedding(embedding);
    hypothesis.dispose();
    samples.dispose();
    total = total.length === 0 ? p.slice() : total.map((q, i) => q + p[i]!);
  }
  const mean = total.map((q) => q / models.length);
  const unknown = aboveCut(mean, K, models[0]!.use?.unknownAbove);
  const predictions = Array.from({ length: mean.length / K }, (_, i) => {
    const index = numbers?.[i] ?? i;
    const probabilities = [...mean.subarray(i * K, (i + 1) * K)];
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { index, class: unknown[i] ? UNKNOWN : classes[best]!, probabilities };
  });
  return { classes, predictions };
}

/** Numbers of the samples that could be read, in their file; undefined where none is left out. */
function rowsOf(
  { rowNumbers, count }: Pick<SampleInfo, 'rowNumbers' | 'count'>,
  kept: Int32Array,
): readonly number[] | undefined {
  if (kept.length === count) return rowNumbers;
  return Array.from(kept, (i) => rowNumbers?.[i] ?? i);
}
