import type { Random } from '../random.js';

export const AUGMENTATIONS = ['none', 'crop-rotate', 'crop', 'crop-flip'] as const;
export type Augmentation = (typeof AUGMENTATIONS)[number];

/** How far an image may be moved: pixels that it may shift by, and the largest rotation in degrees. */
export interface Motion {
  shift: number;
  degrees: number;
}

const AS_THE_ORIGINAL: Motion = { shift: 4, degrees: 10 };

/**
 * Random crop (padding 4) and rotation by up to ±10°, nearest neighbour: what the original applies
 * to USPS as a source. Each image is shifted, then turned about its centre; what comes from outside
 * takes the image's background value.
 *
 * @param x `count × C × H × W` values
 * @param index the samples to take
 * @param outside one value per channel for pixels from beyond the edge (normalised black)
 * @returns `index.length × C × H × W` fresh values
 */
export function cropRotate(
  x: Float32Array,
  [C, H, W]: readonly [number, number, number],
  index: Int32Array,
  outside: readonly number[],
  random: Random,
  { shift, degrees }: Motion = AS_THE_ORIGINAL,
): Float32Array {
  const plane = H * W;
  const result = new Float32Array(index.length * C * plane);
  const [cy, cx] = [(H - 1) / 2, (W - 1) / 2];
  for (const [k, sample] of index.entries()) {
    const [dy, dx] = [random.int(2 * shift + 1) - shift, random.int(2 * shift + 1) - shift];
    const angle = ((2 * random.next() - 1) * degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let i = 0; i < plane; i++) {
      const [v, u] = [Math.floor(i / W) - cy, (i % W) - cx];
      // inverse rotation into the cropped image, whose own edge is black too
      const row = Math.round(cy + cos * v + sin * u);
      const column = Math.round(cx + cos * u - sin * v);
      const [y, z] = [row + dy, column + dx];
      const inside =
        row >= 0 && row < H && column >= 0 && column < W && y >= 0 && y < H && z >= 0 && z < W;
      for (let c = 0; c < C; c++)
        result[(k * C + c) * plane + i] = inside
          ? x[(sample * C + c) * plane + y * W + z]!
          : outside[c]!;
    }
  }
  return result;
}
