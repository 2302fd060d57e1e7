import { describe, expect, it } from 'vitest';
import { resize } from '../../../src/shared/preprocessing/resize.js';

const near = (found: Float32Array, expected: number[]): void => {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
};

describe('resize', () => {
  it('puts samples at half-pixel centres: a ramp of 2 becomes 0, 1/4, 3/4, 1', () => {
    near(resize(Float32Array.of(0, 1), 1, [1, 2], [1, 4]), [0, 0.25, 0.75, 1]);
  });

  it('resizes rows as it does columns', () => {
    near(resize(Float32Array.of(0, 1), 1, [2, 1], [4, 1]), [0, 0.25, 0.75, 1]);
  });

  it('weighs by a triangle as wide as the factor when it shrinks', () => {
    // Output 0 is centred on 0.5: weights of inputs 0..2 are 3/4, 3/4, 1/4 of a triangle of width 2.
    const [a, b, c, d] = [8, 4, 2, 1];
    near(resize(Float32Array.of(a, b, c, d), 1, [1, 4], [1, 2]), [
      (3 * a + 3 * b + c) / 7,
      (b + 3 * c + 3 * d) / 7,
    ]);
  });

  it('keeps a constant plane constant and planes apart', () => {
    const x = new Float32Array(2 * 49).fill(0.3, 0, 49).fill(0.8, 49);
    near(resize(x, 2, [7, 7], [5, 9]), [
      ...Array.from({ length: 45 }, () => 0.3),
      ...Array.from({ length: 45 }, () => 0.8),
    ]);
  });

  it('copies where nothing changes', () => {
    const x = Float32Array.of(1, 2, 3, 4);
    const same = resize(x, 1, [2, 2], [2, 2]);
    expect(same).toEqual(x);
    expect(same).not.toBe(x);
  });
});
