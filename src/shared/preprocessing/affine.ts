import type { Random } from '../random.js';
import { bilinear } from './bilinear.js';

/** Standard deviation of each entry of the matrix about the identity's. */
const DEVIATION = 0.1;
/** Largest shift in pixels, either way. */
const SHIFT = 2;

/**
 * Random affine views of images, as French, Mackiewicz and Fisher adapt digits by ("Self-ensembling
 * for visual domain adaptation", ICLR 2018, section 3.4 and appendix): coordinates about the centre go
 * through [[1 + N, N], [N, 1 + N]], N of deviation 0.1, and are shifted by up to two pixels. Bilinear;
 * what comes from beyond the edge takes the background's value.
 *
 * @param x `count × C × H × W` values
 * @param index the samples to take
 * @param outside one value per channel for pixels from beyond the edge (normalised black)
 * @returns `index.length × C × H × W` fresh values
 */
export function affine(
  x: Float32Array,
  [C, H, W]: readonly [number, number, number],
  index: Int32Array,
  outside: readonly number[],
  random: Random,
): Float32Array {
  const plane = H * W;
  const result = new Float32Array(index.length * C * plane);
  const [cy, cx] = [(H - 1) / 2, (W - 1) / 2];
  for (const [k, sample] of index.entries()) {
    const [a, b, c, d] = [1, 0, 0, 1].map((v) => v + DEVIATION * random.normal()) as Matrix;
    const [dy, dx] = [0, 0].map(() => SHIFT * (2 * random.next() - 1)) as [number, number];
    for (let channel = 0; channel < C; channel++) {
      const image = x.subarray((sample * C + channel) * plane, (sample * C + channel + 1) * plane);
      const beyond = outside[channel]!;
      const at = (row: number, column: number): number =>
        row < 0 || row >= H || column < 0 || column >= W ? beyond : image[row * W + column]!;
      let to = (k * C + channel) * plane;
      for (let v = -cy; v <= cy; v++)
        for (let u = -cx; u <= cx; u++) {
          result[to++] = bilinear(at, cy + c * u + d * v + dy, cx + a * u + b * v + dx);
        }
    }
  }
  return result;
}

type Matrix = [number, number, number, number];
