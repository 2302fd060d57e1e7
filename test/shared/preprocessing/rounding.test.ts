import { describe, expect, it } from 'vitest';
import { LEAST_ROWS, roundedFigures } from '../../../src/shared/preprocessing/rounding.js';
import { random } from '../../../src/shared/random.js';

/** `n` values about a mean, normally distributed. */
function normal(n: number, mean: number, std: number): Float32Array {
  const stream = random(7);
  return Float32Array.from({ length: n }, () => mean + std * stream.normal());
}
const steps = (value: number, step: number): number =>
  Math.abs(value / step - Math.round(value / step));

describe('roundedFigures', () => {
  it.each<[string, Float32Array]>([
    ['ages to two decimals', normal(241, 63.47, 12.3).map((v) => Math.round(v * 100) / 100)],
    ['creatinine', normal(101, 88.417, 31.9)],
    ['air pressure: far from zero, next to no spread', normal(61, 101_325.37, 48.6)],
    ['traces', normal(51, 0.000_412_3, 0.000_071)],
    ['rows far apart', Float32Array.from({ length: 12 }, (_, i) => 3 ** i + 0.123)],
  ])('%s: neither median nor mean is a single row, and the median stands for ten', (_, values) => {
    const { impute, mean, std } = roundedFigures(values);
    const step = 10 ** (Math.floor(Math.log10(std)) - 1);
    expect(steps(mean, step)).toBeLessThan(1e-6);
    expect(steps(impute, step)).toBeLessThan(1e-6);
    expect(Number(std.toPrecision(3))).toBe(std);
    const near = values.filter((value) => Math.abs(value - impute) <= std);
    expect(near.length).toBeGreaterThanOrEqual(LEAST_ROWS - 1);
  });

  it('the network sees next to no difference: at most a twentieth of a deviation in the mean', () => {
    for (const [mean, std] of [
      [63.47, 12.3],
      [101_325.37, 99.9],
      [-2015.2, 1.01],
      [0.5, 0.0102],
    ] as const) {
      const values = normal(500, mean, std);
      const exact = values.reduce((a, b) => a + b, 0) / values.length;
      const figures = roundedFigures(values);
      expect(Math.abs(figures.mean - exact) / figures.std).toBeLessThanOrEqual(0.051);
      expect(Math.abs(figures.impute - mean) / figures.std).toBeLessThan(0.3);
    }
  });

  it('a median that only one row is near is not published', () => {
    const values = Float32Array.from([
      ...new Array<number>(10).fill(0),
      57.31,
      ...new Array<number>(10).fill(100),
    ]);
    const { impute } = roundedFigures(values);
    expect(Math.abs(impute - 57.31)).toBeGreaterThan(1);
  });

  it('keeps what many rows share: zeros and ones, whole numbers', () => {
    const flags = Float32Array.from({ length: 100 }, (_, i) => Number(i % 4 === 0));
    expect(roundedFigures(flags)).toEqual({ impute: 0, mean: 0.25, std: 0.433 });
    const missing = Float32Array.from({ length: 40 }, (_, i) => (i % 2 ? NaN : 7));
    expect(roundedFigures(missing)).toEqual({ impute: 7, mean: 7, std: 1 });
  });

  it('a constant with many digits is rounded too, and comes out near zero', () => {
    const { mean, std } = roundedFigures(new Float32Array(20).fill(101_325));
    expect(mean).toBe(101_000);
    expect(Math.abs(101_325 - mean) / std).toBeLessThanOrEqual(0.1);
  });
});
