import type { SampleInfo, LoadedSamples, PictureSet } from '../data/index.js';
import { arraysOf, asPictures } from '../preprocessing/pictures/convert.js';
import { openPictures, type PictureOptions } from '../preprocessing/pictures/open.js';
import type { Ops } from '../engine/ops.js';
import { FedshotError } from '../errors.js';
import type { ImageSpec, InputSpec } from '../preprocessing/input.js';
import { preprocess, type Preprocessing } from '../preprocessing/preprocess.js';
import { inOrder } from './batches.js';
import { PictureSamples } from './picture-samples.js';
import { ResidentSamples } from './resident.js';
import type { Samples } from './samples.js';

/** A contract that takes pictures of any size. */
export type PictureInput = ImageSpec & Required<Pick<ImageSpec, 'steps'>>;

/** Whether a model sees pictures of any size, by steps that its contract names. */
export const takesPictures = (input: InputSpec): input is PictureInput =>
  input.kind === 'image' && input.steps !== undefined;

/**
 * What was loaded, as a model takes it: pictures by the steps of its contract, read when they are
 * needed; everything else in memory.
 *
 * @returns with the labels and numbers that belong to these samples
 * @throws FedshotError `data`, `usage`, `limit` where it cannot become that
 */
export async function openSamples(
  loaded: LoadedSamples,
  input: InputSpec,
  ops: Ops,
  reading: Preprocessing = {},
  options: PictureOptions = {},
): Promise<{ samples: Samples; from: SampleInfo }> {
  if (takesPictures(input)) {
    const from = asPictures(loaded);
    return { samples: pictureSamples(from, input, reading, options), from };
  }
  const from = await arraysOf(loaded, input, options);
  return { samples: new ResidentSamples(preprocess(from, reading, input).x, input, ops), from };
}

/**
 * Pictures as a contract with steps takes them.
 * @throws FedshotError `usage` for a reading that is for small images alone
 */
export function pictureSamples(
  set: PictureSet,
  input: PictureInput,
  reading: Preprocessing = {},
  options: PictureOptions = {},
): PictureSamples {
  for (const key of ['deslant', 'fill', 'zoom'] as const)
    if (reading[key])
      throw new FedshotError('usage', `--${key} is for small images in arrays, not for pictures`);
  const [, H, W] = input.shape;
  if (reading.orient && H !== W)
    throw new FedshotError('usage', `--orient needs a square, and the model takes ${H}×${W}`);
  return new PictureSamples(openPictures(set, input, options), inOrder(set.count), input, reading);
}
