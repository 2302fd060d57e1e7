/** Bits of a coefficient, as in Pillow: 8 of a level, 2 against overflow, the rest of 32. */
export const PRECISION = 22;

/** Which inputs each output is a weighted mean of. */
export interface Coefficients {
  /** First input of each output. */
  readonly from: Int32Array;
  /** How many inputs each output has. */
  readonly count: Int32Array;
  /** `outputs × stride` weights, fixed point with {@link PRECISION} bits. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/**
 * Weights of a triangle filter that widens when shrinking (Pillow's `precompute_coeffs` and
 * `normalize_coeffs_8bpc` in `Resample.c`), for the outputs `first` to `first + outputs - 1` of `to`.
 *
 * @param size inputs along this side
 * @param to outputs along this side
 */
export function coefficients(
  size: number,
  to: number,
  first: number,
  outputs: number,
): Coefficients {
  const scale = size / to;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const from = new Int32Array(outputs);
  const count = new Int32Array(outputs);
  const weights = new Int32Array(outputs * stride);
  const raw = new Float64Array(stride);
  const narrow = 1 / support;
  for (let i = 0; i < outputs; i++) {
    const centre = (first + i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(size, Math.trunc(centre + support + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = Math.max(0, 1 - Math.abs((k + begin - centre + 0.5) * narrow));
      raw[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < taps; k++) {
      const weight = sum === 0 ? raw[k]! : raw[k]! / sum;
      weights[i * stride + k] = Math.trunc(0.5 + weight * (1 << PRECISION));
    }
    from[i] = begin;
    count[i] = taps;
  }
  return { from, count, weights, stride };
}
