import { checkLabels, loadDataset } from '../../shared/data/index.js';
import { applyInput } from '../../shared/preprocessing/input.js';
import type { Reporter } from '../../shared/reporter.js';
import type { Dataset } from '../../shared/data/types.js';
import { FedshotError } from '../../shared/errors.js';
import { inputFigures } from '../../shared/model/card/index.js';
import type { ModelConfig } from '../../shared/model/config.js';
import { missingShares } from '../diagnostics/columns.js';
import { deslant } from '../../shared/preprocessing/deslant.js';
import { fill } from '../../shared/preprocessing/fill.js';
import { invert, orient, zoom, type Orientation } from '../../shared/preprocessing/orient.js';
import type { InputOptions } from './options.js';

/** How samples are brought into the release's form; kept with the adapted model for `predict`. */
export interface Reading {
  invert?: boolean;
  orient?: Orientation;
  /** The slant is taken out of every image. */
  deslant?: boolean;
  /** What each image shows is centred and enlarged to fill the frame. */
  fill?: boolean;
  /** What the images show is enlarged by this factor. */
  zoom?: number;
  /** Normalised values are multiplied by `factor`, then `offset` is added. */
  scale?: { factor: number; offset: number };
}

/** TargetSamples as the model takes them. */
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
 * Reads the samples that a notation names, and brings them into the release's form.
 * @param reporter is told what a person should know of how they were read
 * @throws FedshotError `data` where they do not fit the contract, and whatever `loadDataset` throws
 */
export async function readSamples(
  notation: string,
  config: ModelConfig,
  reading: Reading = {},
  reporter?: Reporter,
): Promise<TargetSamples> {
  const dataset = upright(await readDataset(notation, config, reporter), reading);
  return normalised(dataset, config, reading);
}

/** Reads what a notation names, its labels by the release's classes; see {@link readSamples}. */
export async function readDataset(
  notation: string,
  config: ModelConfig,
  reporter?: Reporter,
): Promise<Dataset> {
  return checkLabels(
    await loadDataset(notation, { takes: config.input, reporter }),
    config.classes,
  );
}

/** The same images turned, inverted, without slant and filling their frames, where `reading` says so. */
export function upright(read: Dataset, reading: Reading): Dataset {
  let dataset = read;
  if (reading.orient) dataset = orient(dataset, reading.orient);
  if (reading.invert) dataset = invert(dataset);
  if (reading.deslant) dataset = deslant(dataset);
  if (reading.fill) dataset = fill(dataset);
  return dataset;
}

/** What {@link upright} gives, enlarged and normalised: what the model takes. */
export function normalised(
  read: Dataset,
  { input }: Pick<ModelConfig, 'input'>,
  reading: Reading,
): TargetSamples {
  const dataset = reading.zoom ? zoom(read, reading.zoom) : read;
  const { count, labels } = dataset;
  const missing = missingShares(dataset, input);
  return scaled({ x: applyInput(dataset, input), count, dataset, labels, missing }, reading);
}

/** The same samples with values scaled as `reading` says. */
export function scaled(samples: TargetSamples, { scale }: Reading): TargetSamples {
  if (!scale) return samples;
  return { ...samples, x: samples.x.map((v) => v * scale.factor + scale.offset) };
}

/**
 * The scale at which samples have the mean and deviation of the release's card.
 * @throws FedshotError `usage` without a card
 */
export function scaleOf(
  { x }: TargetSamples,
  { input, card }: ModelConfig,
): Required<Reading>['scale'] {
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
