import { expect, it } from 'vitest';
import { resampledPositions } from '../../../../src/shared/model/networks/positions.js';

const grid = (side: number, f: (y: number, x: number) => number[]): number[] =>
  Array.from({ length: side * side }, (_, i) => f(Math.floor(i / side), i % side)).flat();

it('leaves the class token alone and keeps what is the same everywhere', () => {
  const data = Float32Array.from([9, 8, ...grid(4, () => [3, -1])]);
  const made = resampledPositions({ shape: [1, 17, 2], data }, [1, 1 + 6, 2], [2, 3]);
  expect(made!.shape).toEqual([1, 7, 2]);
  const values = [...(made!.data as Float32Array)];
  expect(values.slice(0, 2)).toEqual([9, 8]);
  values.slice(2).forEach((value, i) => expect(value).toBeCloseTo(i % 2 === 0 ? 3 : -1, 6));
});

it('keeps rows and columns apart', () => {
  // Rises from left to right alone: so must what comes out, each row like the others.
  const data = Float32Array.from([0, ...grid(6, (_, x) => [x])]);
  const made = resampledPositions({ shape: [1, 37, 1], data }, [1, 1 + 8, 1], [2, 4]);
  const [, a, b, c, d, ...second] = made!.data as Float32Array;
  expect(a! < b! && b! < c! && c! < d!).toBe(true);
  expect(a! + d!).toBeCloseTo(5, 5);
  second.forEach((value, i) => expect(value).toBeCloseTo([a, b, c, d][i]!, 5));
});

it.each([
  ['of another width', [1, 17, 3]],
  ['of no square grid', [1, 13, 2]],
  ['of two samples', [2, 17, 2]],
  ['of two axes', [17, 2]],
])('refuses positions %s', (_, shape) => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  expect(resampledPositions({ shape, data }, [1, 5, 2], [2, 2])).toBeUndefined();
});
