import type { Dataset } from '../data/types.js';
import { deslant } from './deslant.js';
import { fill } from './fill.js';
import { applyInput, type InputSpec } from './input.js';
import { invert, orient, zoom, type Orientation } from './orient.js';

/** What is done to samples besides what the input contract says, in the order in which it is done. */
export interface Preprocessing {
  /** Images are turned. */
  orient?: Orientation;
  /** Black and white are exchanged. */
  invert?: boolean;
  /** The slant is taken out of every image. */
  deslant?: boolean;
  /** What each image shows is centred and enlarged to fill the frame. */
  fill?: boolean;
  /** What the images show is enlarged by this factor. */
  zoom?: number;
  /** Normalised values are multiplied by `factor`, then `offset` is added. */
  scale?: Scale;
}

export interface Scale {
  factor: number;
  offset: number;
}

export interface Preprocessed {
  /** The samples as people see them: turned, upright, enlarged, and not normalised. */
  dataset: Dataset;
  /** `count × product(input.shape)` values as the model takes them. */
  x: Float32Array;
}

/**
 * Makes of samples as they were read what a model takes, in this order: orient, invert, deslant, fill,
 * zoom; then the input contract (size, channels, columns, missing values, normalisation); then scale.
 *
 * Images are turned first, since a slant is one only of what stands upright, and inverted before
 * anything looks for what is bright or fills in black.
 *
 * @param input the contract that the release carries
 * @throws FedshotError `usage` for a step that needs images, where there is a table; `data` where the
 *   samples do not fit the contract
 */
export const preprocess = (
  dataset: Dataset,
  steps: Preprocessing,
  input: InputSpec,
): Preprocessed => normalise(upright(dataset, steps), steps, input);

/** The first steps, up to fill: what `zoom` is fitted on. */
export function upright(dataset: Dataset, steps: Preprocessing): Dataset {
  let seen = dataset;
  if (steps.orient) seen = orient(seen, steps.orient);
  if (steps.invert) seen = invert(seen);
  if (steps.deslant) seen = deslant(seen);
  if (steps.fill) seen = fill(seen);
  return seen;
}

/** The other steps, of what {@link upright} gives: zoom, the input contract, scale. */
export function normalise(dataset: Dataset, steps: Preprocessing, input: InputSpec): Preprocessed {
  const seen = steps.zoom ? zoom(dataset, steps.zoom) : dataset;
  const x = applyInput(seen, input);
  return { dataset: seen, x: steps.scale ? rescaled(x, steps.scale) : x };
}

/** Normalised values on another scale, in a fresh array. */
export const rescaled = (x: Float32Array, { factor, offset }: Scale): Float32Array =>
  x.map((value) => value * factor + offset);
