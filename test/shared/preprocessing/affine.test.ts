import { describe, expect, it } from 'vitest';
import { affine } from '../../../src/shared/preprocessing/affine.js';
import type { Random } from '../../../src/shared/random.js';
import { random } from '../../../src/shared/random.js';

const [C, H, W] = [2, 5, 7] as const;
const r = random('affine');
const x = Float32Array.from({ length: 3 * C * H * W }, () => r.normal());
const image = (k: number): number[] => [...x.subarray(k * C * H * W, (k + 1) * C * H * W)];

/** A stream of given numbers: the matrix's four deviations, then rows and columns of the shift. */
const given = (matrix: number[], shift: number[]): Random => ({
  ...random('unused'),
  normal: () => matrix.shift()! / 0.1,
  next: () => (shift.shift()! / 2 + 1) / 2,
});
const view = (matrix: number[], shift: number[]): Float32Array =>
  affine(x, [C, H, W], Int32Array.of(1), [-5, 9], given(matrix, shift));

describe('affine', () => {
  it('leaves an image as it is where nothing moves', () => {
    expect([...view([0, 0, 0, 0], [0, 0])]).toEqual(image(1));
  });

  it('shifts by pixels and fills what comes from beyond the edge, channel by channel', () => {
    const moved = view([0, 0, 0, 0], [1, 2]);
    const expected = Array.from({ length: C * H * W }, (_, i) => {
      const [c, row, column] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
      return row + 1 >= H || column + 2 >= W
        ? [-5, 9][c]!
        : image(1)[(c * H + row + 1) * W + column + 2]!;
    });
    expect([...moved]).toEqual(expected.map(Math.fround));
  });

  it('takes the mean of two pixels half a pixel further on', () => {
    const moved = view([0, 0, 0, 0], [0, 0.5]);
    expect(moved[8]).toBeCloseTo((image(1)[8]! + image(1)[9]!) / 2, 6);
  });

  it('maps a linear ramp to the ramp of the matrix, about the centre', () => {
    const ramp = Float32Array.from({ length: 81 }, (_, i) => 3 * Math.floor(i / 9) + (i % 9));
    const [a, b, c, d] = [0.05, -0.1, 0.08, -0.04];
    const moved = affine(ramp, [1, 9, 9], Int32Array.of(0), [0], given([a, b, c, d], [0.3, -0.2]));
    for (const [v, u] of [
      [0, 0],
      [-2, 1],
      [2, -2],
    ] as const) {
      const row = 4 + c * u + (1 + d) * v + 0.3;
      const column = 4 + (1 + a) * u + b * v - 0.2;
      expect(moved[(v + 4) * 9 + u + 4]).toBeCloseTo(3 * row + column, 4);
    }
  });

  it('draws the same views from the same stream, and others for each sample', () => {
    const twice = [0, 1].map(() =>
      affine(x, [C, H, W], Int32Array.of(2, 2), [0, 0], random('views', 3)),
    );
    expect(twice[0]).toEqual(twice[1]);
    const half = C * H * W;
    expect(twice[0]!.subarray(0, half)).not.toEqual(twice[0]!.subarray(half));
  });
});
