import { FedshotError } from '../errors.js';
import { affine } from '../preprocessing/affine.js';
import { cropRotate, type Motion } from '../preprocessing/augment.js';
import type { InputSpec } from '../preprocessing/input.js';
import { random, type Random } from '../random.js';
import { inOrder } from './batches.js';
import type { StepViews } from './samples.js';

/**
 * Makes random views of samples: the same things, seen a little differently.
 * @returns `index.length × product(input.shape)` normalised values
 */
export type Views = (index: Int32Array, random: Random) => Float32Array;

/** What an image is moved by in training: less than the difference between two people's hands. */
const MOTION: Motion = { shift: 2, degrees: 10 };
/** And for {@link nearbyViews}: what no classifier should mind. */
const SLIGHT: Motion = { shift: 1, degrees: 5 };
/** Noise on a standardised column. */
const JITTER = 0.1;

/**
 * Views of normalised samples: images shifted by up to two pixels and turned by up to 10°, columns
 * of tables with a tenth of their deviation as noise.
 *
 * @param x `count × product(input.shape)` values, normalised
 */
export function makeViews(
  x: Float32Array,
  input: InputSpec,
  motion: Motion | undefined = MOTION,
): Views {
  if (input.kind !== 'image') return jittered(x, input);
  const black = blackOf(input);
  return (index, stream) => cropRotate(x, input.shape, index, black, stream, motion);
}

/**
 * What a training step sees in place of its samples.
 * @throws FedshotError `usage` for views that these samples do not have
 */
export function stepViews(
  how: Exclude<StepViews, 'none'>,
  x: Float32Array,
  input: InputSpec,
): Views {
  if (how === 'affine') return affineViews(x, input);
  if (input.kind !== 'image')
    throw new FedshotError('usage', `--augment ${how} needs images, not a table`);
  if (how === 'crop-flip' || how === 'crop')
    throw new FedshotError('usage', `--augment ${how} needs a model whose input crops pictures`, {
      hint: 'train with --recipe shot-objects, or use another --augment',
    });
  const black = blackOf(input);
  return (index, stream) => cropRotate(x, input.shape, index, black, stream);
}

/** Images through random affine maps (`preprocessing/affine.ts`). */
function affineViews(x: Float32Array, input: InputSpec): Views {
  if (input.kind !== 'image') return jittered(x, input);
  const black = blackOf(input);
  return (index, stream) => affine(x, input.shape, index, black, stream);
}

type Images = Extract<InputSpec, { kind: 'image' }>;

const blackOf = ({ mean, std }: Images): number[] => mean.map((m, c) => (0 - m) / std[c]!);

function jittered(x: Float32Array, { shape }: InputSpec): Views {
  const width = shape.reduce((a, b) => a * b, 1);
  return (index, stream) => {
    const values = new Float32Array(index.length * width);
    index.forEach((sample, i) => {
      for (let d = 0; d < width; d++)
        values[i * width + d] = x[sample * width + d]! + JITTER * stream.normal();
    });
    return values;
  };
}

/** One slightly moved view of every sample, always the same ones. */
export function nearbyViews(x: Float32Array, input: InputSpec): Float32Array {
  const count = x.length / input.shape.reduce((a, b) => a * b, 1);
  return makeViews(x, input, SLIGHT)(inOrder(count), random('nearby views'));
}
