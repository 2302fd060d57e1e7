import type { Random } from '../../shared/random.js';
import { resize } from '../../shared/preprocessing/resize.js';
import { SIDE } from './pen.js';

/** What happens to a written digit before it is a picture: `SIDE × SIDE` in, `C × SIDE × SIDE` out. */
export type Effect = (image: Float32Array, random: Random) => Float32Array;

/** Out of focus: a Gaussian of σ pixels, drawn uniformly from `[low, high]`. */
export function blur(low: number, high: number): Effect {
  return (image, random) => {
    const sigma = low + (high - low) * random.next();
    const reach = Math.ceil(3 * sigma);
    const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
      Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
    );
    const sum = kernel.reduce((a, b) => a + b);
    return expose(pass(pass(image, 1, SIDE), SIDE, 1));

    function pass(from: Float32Array, step: number, line: number): Float32Array {
      return from.map((_, p) => {
        const at = Math.floor(p / step) % SIDE;
        const base = step === 1 ? Math.floor(p / line) * line : p % step;
        let total = 0;
        for (let k = Math.max(-reach, -at); k <= Math.min(reach, SIDE - 1 - at); k++)
          total += kernel[k + reach]! * from[base + (at + k) * step]!;
        return total / sum;
      });
    }
  };
}

/** A bad sensor: Gaussian noise of the deviation given, and a share of pixels that are dead. */
export function noise(deviation: number, dead: number): Effect {
  return (image, random) =>
    image.map((grey) =>
      random.next() < dead ? random.next() : clamp(grey + deviation * random.normal()),
    );
}

/** Few pixels: down to a side drawn from `[low, high]`, and up again. */
export function lowResolution(low: number, high: number): Effect {
  return (image, random) => {
    const side = low + random.int(high - low + 1);
    const small = resize(image, 1, [SIDE, SIDE], [side, side]);
    return expose(resize(small, 1, [side, side], [SIDE, SIDE]));
  };
}

/** Black on white. */
export const blackOnWhite: Effect = (image) => image.map((grey) => 1 - grey);

/** Coloured ink on a background that runs from one colour to another, with some texture. */
export const background: Effect = (image, random) => {
  const result = new Float32Array(3 * SIDE * SIDE);
  const angle = 2 * Math.PI * random.next();
  const [dx, dy] = [Math.cos(angle) / SIDE, Math.sin(angle) / SIDE];
  const wave = 0.3 + 0.5 * random.next();
  const phase = 2 * Math.PI * random.next();
  for (let c = 0; c < 3; c++) {
    const [from, to] = [0.55 * random.next(), 0.55 * random.next()];
    const ink = 0.45 + 0.55 * random.next();
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const p = y * SIDE + x;
        const along = clamp(0.5 + (x - SIDE / 2) * dx + (y - SIDE / 2) * dy);
        const texture = 0.08 * Math.sin(wave * (x + y) + phase) + 0.04 * random.normal();
        const ground = from + (to - from) * along + texture;
        result[c * SIDE * SIDE + p] = clamp(ground * (1 - image[p]!) + ink * image[p]!);
      }
  }
  return result;
};

/** Brightens so that the brightest point is white, as automatic exposure does. */
function expose(image: Float32Array): Float32Array {
  const brightest = image.reduce((a, b) => Math.max(a, b), 1e-6);
  return image.map((grey) => grey / brightest);
}

const clamp = (grey: number): number => Math.min(1, Math.max(0, grey));
