import type { HostTensor } from '../state.js';

/** The cubic filter of Keys 1981, a = −1/2. */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

/** For each place of a line of `to`, where in a line of `from` it looks, and with what weights. */
function tapsOf(from: number, to: number): { start: number; weights: number[] }[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1); // wider where the line shrinks, against aliasing
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5);
    const start = Math.max(0, Math.floor(centre - 2 * stretch + 0.5));
    const end = Math.min(from, Math.floor(centre + 2 * stretch + 0.5));
    const raw = Array.from({ length: end - start }, (__, j) =>
      cubic((start + j - centre + 0.5) / stretch),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { start, weights: raw.map((weight) => weight / sum) };
  });
}

/** Lines of `inner` values each, `[outer, from, inner]` → `[outer, to, inner]`. */
function resampled(x: Float32Array, from: number, to: number, inner: number): Float32Array {
  const taps = tapsOf(from, to);
  const outer = x.length / from / inner;
  const result = new Float32Array(outer * to * inner);
  for (let o = 0; o < outer; o++)
    taps.forEach(({ start, weights }, i) => {
      const at = (o * to + i) * inner;
      weights.forEach((weight, j) => {
        const source = (o * from + start + j) * inner;
        for (let d = 0; d < inner; d++) result[at + d]! += weight * x[source + d]!;
      });
    });
  return result;
}

/**
 * Positions `[1, 1 + g², D]` of a square grid for another grid, as timm's `resample_abs_pos_embed` makes
 * them: bicubic with antialiasing; the class token's stays.
 *
 * @param shape `[1, 1 + rows·columns, D]`
 * @returns undefined where they are of another width, or not of a square grid
 */
export function resampledPositions(
  { shape: own, data }: HostTensor,
  shape: number[],
  [rows, columns]: readonly [number, number],
): HostTensor | undefined {
  const [, count = 0, width = 0] = own;
  const side = Math.sqrt(count - 1);
  if (own.length !== 3 || own[0] !== 1 || width !== shape[2] || !Number.isInteger(side) || side < 1)
    return undefined;
  const all = data as Float32Array;
  const wide = resampled(all.subarray(width), side, columns, width);
  const grid = resampled(wide, side, rows, columns * width);
  const result = new Float32Array(width + grid.length);
  result.set(all.subarray(0, width));
  result.set(grid, width);
  return { shape, data: result };
}
