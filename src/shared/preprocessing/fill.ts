import { bilinear } from './bilinear.js';
import type { Dataset } from '../data/types.js';
import { FedshotError } from '../errors.js';

/** Share of an image's brightest value that something is seen at. */
const SEEN = 0.2;

/**
 * Size normalisation: moves what every image shows to the middle of the frame, and enlarges it until
 * its longer side is as long as the frame's; its proportions stay. Bilinear, black outside.
 *
 * @throws FedshotError `usage` for a table
 */
export function fill(dataset: Dataset): Dataset {
  if (dataset.kind !== 'image')
    throw new FedshotError('usage', `--fill needs images; ${dataset.source} is a table`);
  const [C, H, W] = dataset.shape as [number, number, number];
  const x = new Float32Array(dataset.x.length);
  const size = C * H * W;
  for (let from = 0; from < x.length; from += size) {
    const image = dataset.x.subarray(from, from + size);
    const box = boxOf(image, [C, H, W]);
    // per step in the result; the tighter of the two sides decides
    const step = Math.max((box.bottom - box.top + 1) / H, (box.right - box.left + 1) / W);
    const [cy, cx] = [(box.top + box.bottom) / 2, (box.left + box.right) / 2];
    for (let plane = 0; plane < size; plane += H * W) {
      const at = (row: number, column: number): number =>
        row < 0 || row >= H || column < 0 || column >= W ? 0 : image[plane + row * W + column]!;
      for (let i = 0; i < H; i++)
        for (let j = 0; j < W; j++) {
          const y = cy + (i - (H - 1) / 2) * step;
          const z = cx + (j - (W - 1) / 2) * step;
          x[from + plane + i * W + j] = bilinear(at, y, z);
        }
    }
  }
  return { ...dataset, x };
}

/** First and last row and column in which something is seen; the whole frame where nothing is. */
export function boxOf(
  image: Float32Array,
  [C, H, W]: readonly [number, number, number],
): { top: number; bottom: number; left: number; right: number } {
  const limit = SEEN * image.reduce((a, b) => Math.max(a, b), 0);
  let [top, bottom, left, right] = [H, -1, W, -1];
  for (let row = 0; row < C * H; row++)
    for (let j = 0; j < W; j++)
      if (image[row * W + j]! > limit) {
        [top, bottom] = [Math.min(top, row % H), Math.max(bottom, row % H)];
        [left, right] = [Math.min(left, j), Math.max(right, j)];
      }
  return bottom < 0
    ? { top: 0, bottom: H - 1, left: 0, right: W - 1 }
    : { top, bottom, left, right };
}
