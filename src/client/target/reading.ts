import {
  checkLabels,
  loadSamples,
  type DataSource,
  type Dataset,
  type LoadedSamples,
} from '../../shared/data/index.js';
import { arraysOf } from '../../shared/preprocessing/pictures/convert.js';
import type { PictureOptions } from '../../shared/preprocessing/pictures/open.js';
import { FedshotError } from '../../shared/errors.js';
import { inputFigures } from '../../shared/model/card/index.js';
import type { ModelConfig } from '../../shared/model/config.js';
import {
  normalise,
  rescaled,
  upright,
  type InputSpec,
  type Preprocessing,
} from '../../shared/preprocessing/index.js';
import type { Reporter } from '../../shared/reporter.js';
import { missingShares } from '../diagnostics/columns.js';
import type { InputOptions } from './options.js';

/** How samples are brought into the release's form; kept with the adapted model for `predict`. */
export type Reading = Preprocessing;

/** Samples in memory, as the model takes them. */
export interface TargetSamples {
  /** `count × product(input.shape)` values, normalised. */
  x: Float32Array;
  count: number;
  /** As they were read. */
  dataset: Dataset;
  labels?: Int32Array;
  /** Tables: share of the cells of each column that are missing and were filled in. */
  missing?: number[];
}

/**
 * Reads samples, their labels by the release's classes.
 * @param reporter is told what a person should know of how they were read
 * @throws FedshotError whatever `loadSamples` throws; `data` for labels outside the classes
 */
export async function readLoaded(
  source: DataSource,
  { input, classes }: Pick<ModelConfig, 'input' | 'classes'>,
  reporter?: Reporter,
): Promise<LoadedSamples> {
  return checkLabels(await loadSamples(source, { takes: input, reporter }), classes);
}

/**
 * Samples in memory, turned upright: arrays, or pictures resized for a model that takes arrays.
 * @throws FedshotError `data` where they do not fit the contract
 */
export async function readUpright(
  loaded: LoadedSamples,
  { input }: Pick<ModelConfig, 'input'>,
  reading: Reading,
  options: PictureOptions,
): Promise<Dataset> {
  return upright(await arraysOf(loaded, input, options), reading);
}

/** What `upright` gives, as the model takes it. */
export function normalised(
  read: Dataset,
  { input }: Pick<ModelConfig, 'input'>,
  reading: Reading,
): TargetSamples {
  const { dataset, x } = normalise(read, reading, input);
  const { count, labels } = dataset;
  return { x, count, dataset, labels, missing: missingShares(dataset, input) };
}

/** The same samples with values scaled as `reading` says. */
export function scaled(samples: TargetSamples, { scale }: Reading): TargetSamples {
  return scale ? { ...samples, x: rescaled(samples.x, scale) } : samples;
}

/**
 * The scale at which samples have the mean and deviation of the release's card.
 * @param x normalised values of the samples, or of some of them
 * @throws FedshotError `usage` without a card
 */
export function scaleOf(
  x: Float32Array,
  { input, card }: { input: InputSpec; card?: ModelConfig['card'] },
): NonNullable<Reading['scale']> {
  if (!card)
    throw new FedshotError('usage', '--rescale needs a release with a card, which this one lacks');
  const { mean, deviation } = inputFigures(x, input);
  const factor = card.input.deviation / deviation;
  return { factor, offset: card.input.mean - mean * factor };
}

/** What the options say of the reading, but for the scale, which the samples themselves decide. */
export const readingOf = ({ invert, orient, deslant, fill, zoom }: InputOptions): Reading => ({
  ...(invert && { invert }),
  ...(orient && { orient }),
  ...(deslant && { deslant }),
  ...(fill && { fill }),
  ...(typeof zoom === 'number' && { zoom }),
});
