import { bilinear } from './bilinear.js';
import type { Dataset } from '../data/types.js';
import { FedshotError } from '../errors.js';

/** Ways in which pictures lie wrongly in a file. */
export const ORIENTATIONS = [
  'transpose',
  'rotate90',
  'rotate180',
  'rotate270',
  'mirror',
  'flip',
] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** Where the pixel at row y, column x of the result comes from, in an image of height H and width W. */
const FROM: Record<Orientation, (y: number, x: number, H: number, W: number) => [number, number]> =
  {
    transpose: (y, x) => [x, y],
    rotate90: (y, x, H) => [H - 1 - x, y],
    rotate180: (y, x, H, W) => [H - 1 - y, W - 1 - x],
    rotate270: (y, x, _, W) => [x, W - 1 - y],
    mirror: (y, x, _, W) => [y, W - 1 - x],
    flip: (y, x, H) => [H - 1 - y, x],
  };

/**
 * Turns every image: `rotate90` clockwise, `mirror` left to right, `flip` upside down.
 * @throws FedshotError `usage` for a table
 */
export function orient(dataset: Dataset, how: Orientation): Dataset {
  if (dataset.kind !== 'image')
    throw new FedshotError('usage', `--orient ${how} needs images; ${dataset.source} is a table`);
  const [C, H, W] = dataset.shape as [number, number, number];
  const x = orientPlanes(dataset.x, [H, W], how);
  return { ...dataset, shape: isTurned(how) ? [C, W, H] : [C, H, W], x };
}

const isTurned = (how: Orientation): boolean =>
  how === 'transpose' || how === 'rotate90' || how === 'rotate270';

/** Turns planes of `H × W` values, one behind the other; height and width may exchange. */
export function orientPlanes(
  values: Float32Array,
  [H, W]: readonly [number, number],
  how: Orientation,
): Float32Array {
  const [h, w] = isTurned(how) ? [W, H] : [H, W];
  const x = new Float32Array(values.length);
  for (let plane = 0; plane < values.length; plane += H * W)
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const [y, z] = FROM[how](i, j, H, W);
        x[plane + i * w + j] = values[plane + y * W + z]!;
      }
  return x;
}

/** Black for white. @throws FedshotError `usage` for a table */
export function invert(dataset: Dataset): Dataset {
  if (dataset.kind !== 'image')
    throw new FedshotError('usage', `--invert needs images; ${dataset.source} is a table`);
  return { ...dataset, x: dataset.x.map((grey) => 1 - grey) };
}

/**
 * Enlarges what every image shows about its centre, within the same frame; bilinear, black outside.
 * @param factor below 1 makes it smaller
 * @throws FedshotError `usage` for a table
 */
export function zoom(dataset: Dataset, factor: number): Dataset {
  if (dataset.kind !== 'image')
    throw new FedshotError('usage', `--zoom needs images; ${dataset.source} is a table`);
  const [, H, W] = dataset.shape as [number, number, number];
  const x = new Float32Array(dataset.x.length);
  const [cy, cx] = [(H - 1) / 2, (W - 1) / 2];
  for (let plane = 0; plane < x.length; plane += H * W) {
    const at = (row: number, column: number): number =>
      row < 0 || row >= H || column < 0 || column >= W ? 0 : dataset.x[plane + row * W + column]!;
    for (let i = 0; i < H; i++)
      for (let j = 0; j < W; j++)
        x[plane + i * W + j] = bilinear(at, cy + (i - cy) / factor, cx + (j - cx) / factor);
  }
  return { ...dataset, x };
}
