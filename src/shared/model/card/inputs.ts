import type { InputSpec } from '../../preprocessing/input.js';
import { INTENSITY_BINS, type Card } from './schema.js';

/**
 * How the values that a model is fed are distributed.
 *
 * @param x `count × product(input.shape)` values, normalised
 */
export function inputFigures(x: Float32Array, input: InputSpec): Card['input'] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    sum += v;
    squares += v * v;
  }
  const mean = sum / x.length;
  const deviation = Math.sqrt(Math.max(squares / x.length - mean * mean, 1e-12));
  if (input.kind === 'table') return { mean, deviation };
  const [, H, W] = input.shape;
  return {
    mean,
    deviation,
    histogram: intensityHistogram(x, input),
    smoothness: [correlation(x, H, W, 0, 1), correlation(x, H, W, 1, 0)],
  };
}

/**
 * Shares of the pixels' grey levels, in equal parts of 0..1.
 * @param x normalised images
 */
export function intensityHistogram(
  x: Float32Array,
  { shape: [C, H, W], mean, std }: Extract<InputSpec, { kind: 'image' }>,
): number[] {
  const counts = new Float64Array(INTENSITY_BINS);
  for (let plane = 0; plane < x.length; plane += H * W) {
    const c = (plane / (H * W)) % C;
    for (let i = plane; i < plane + H * W; i++) {
      const grey = x[i]! * std[c]! + mean[c]!;
      counts[Math.min(INTENSITY_BINS - 1, Math.max(0, Math.floor(grey * INTENSITY_BINS)))]!++;
    }
  }
  return Array.from(counts, (n) => n / x.length);
}

/** Correlation of each pixel with the one `dy` below and `dx` to the right. */
function correlation(x: Float32Array, H: number, W: number, dy: number, dx: number): number {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let plane = 0; plane < x.length; plane += H * W)
    for (let i = 0; i < H - dy; i++)
      for (let j = 0; j < W - dx; j++) {
        const u = x[plane + i * W + j]!;
        const v = x[plane + (i + dy) * W + j + dx]!;
        n++;
        a += u;
        b += v;
        aa += u * u;
        bb += v * v;
        ab += u * v;
      }
  const deviations = Math.sqrt((aa / n - (a / n) ** 2) * (bb / n - (b / n) ** 2));
  return deviations > 1e-12 ? (ab / n - (a * b) / (n * n)) / deviations : 0;
}
