import { describe, expect, it } from 'vitest';
import {
  applyInput,
  fitInput,
  inputSchema,
  type InputSpec,
} from '../../../src/shared/preprocessing/input.js';
import type { Dataset } from '../../../src/shared/data/types.js';
import { refusal } from '../data/files.js';

const image = (shape: [number, number, number], values?: number[]): Dataset => {
  const size = shape[0] * shape[1] * shape[2];
  const x = values ? Float32Array.from(values) : new Float32Array(2 * size).fill(0.25);
  return { source: 'idx:i', kind: 'image', shape, count: x.length / size, x };
};
const table = (columns: string[], ...rows: number[][]): Dataset => ({
  source: 'csv:t',
  kind: 'table',
  shape: [columns.length],
  count: rows.length,
  x: Float32Array.from(rows.flat()),
  columns,
});
/** The rows five times: figures of fewer than ten rows are not published. */
const fiveTimes = (columns: string[], ...rows: number[][]): Dataset =>
  table(columns, ...Array.from({ length: 5 }, () => rows).flat());
const near = (found: Float32Array, expected: number[]): void => {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
};

describe('fitInput', () => {
  it('centres images on grey', () => {
    const spec = fitInput(image([1, 16, 16]), [1, 28, 28]);
    expect(spec).toEqual({ kind: 'image', shape: [1, 28, 28], mean: [0.5], std: [0.5] });
    expect(fitInput(image([3, 8, 8])).shape).toEqual([3, 8, 8]);
  });

  it('takes median, mean and deviation of a table from the data it is given', () => {
    const spec = fitInput(fiveTimes(['a', 'b'], [1, 5], [NaN, 5], [3, 5], [3, 5], [8, 5]));
    // column a: median of 1, 3, 3, 8 is 3; then 1, 3, 3, 3, 8 has mean 18/5 and variance 27.2/5
    expect(spec).toMatchObject({ kind: 'table', shape: [2], columns: ['a', 'b'], impute: [3, 5] });
    expect(spec.mean).toEqual([3.6, 5]);
    expect(spec.std).toEqual([Number(Math.sqrt(27.2 / 5).toPrecision(3)), 1]);
  });

  it('gives a contract that its own schema accepts', () => {
    for (const spec of [fitInput(image([3, 8, 8])), fitInput(fiveTimes(['a'], [1], [2]))])
      expect(inputSchema.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it.each<[string, () => unknown, string]>([
    [
      'a column without any value',
      () => fitInput(fiveTimes(['a'], [NaN], [NaN])),
      'csv:t: column "a" holds nothing but missing values',
    ],
    [
      'a table for a network of images',
      () => fitInput(fiveTimes(['a'], [1], [2]), [1, 28, 28]),
      'csv:t: a table cannot feed a network for images [1, 28, 28]',
    ],
    [
      'a table of nine rows',
      () => fitInput(table(['a'], ...Array.from({ length: 9 }, (_, i) => [i]))),
      'csv:t: 9 rows to train on, and figures of fewer than 10 tell of single rows',
    ],
    [
      'a column of which nine values are known',
      () => fitInput(table(['a'], ...Array.from({ length: 40 }, (_, i) => [i < 9 ? i : NaN]))),
      'csv:t: column "a" has 9 known values, and figures of fewer than 10 tell of single rows',
    ],
  ])('refuses %s', async (_, action, message) => {
    expect(await refusal(action)).toMatchObject({ code: 'data', message });
  });
});

describe('inputSchema', () => {
  const good = { kind: 'image', shape: [1, 28, 28], mean: [0.5], std: [0.5] };
  it.each([
    ['an unknown key', { ...good, gamma: 2 }],
    ['a mean per channel too few', { ...good, shape: [3, 28, 28] }],
    ['a deviation of zero', { ...good, std: [0] }],
    ['a mean that is no number', { ...good, mean: [NaN] }],
    ['a size that asks for all memory', { ...good, shape: [1, 1e6, 1e6] }],
    ['a shape of two', { ...good, shape: [28, 28] }],
    ['another kind', { ...good, kind: 'sound' }],
    [
      'a column twice',
      { kind: 'table', shape: [2], columns: ['a', 'a'], impute: [0, 0], mean: [0, 0], std: [1, 1] },
    ],
    [
      'fewer columns than the shape says',
      { kind: 'table', shape: [2], columns: ['a'], impute: [0], mean: [0], std: [1] },
    ],
  ])('refuses %s', (_, spec) => {
    expect(inputSchema.safeParse(spec).success).toBe(false);
  });
});

describe('applyInput', () => {
  const spec = (...shape: [number, number, number]): InputSpec => fitInput(image(shape));

  it('normalises (x − mean) / std per channel', () => {
    const x = image([3, 1, 1], [0, 0.5, 1]);
    const own: InputSpec = {
      kind: 'image',
      shape: [3, 1, 1],
      mean: [0.5, 0.25, 0],
      std: [0.5, 0.5, 2],
    };
    near(applyInput(x, own), [-1, 0.5, 0.5]);
  });

  it('repeats grey for three channels, sample by sample', () => {
    near(applyInput(image([1, 1, 2], [0, 1, 0.5, 0.5]), spec(3, 1, 2)), [
      ...[-1, 1, -1, 1, -1, 1],
      ...[0, 0, 0, 0, 0, 0],
    ]);
  });

  it('sums colours to luma for one channel', () => {
    const colours = image([3, 1, 2], [1, 0, 0, 1, 0, 0]); // red, green
    near(applyInput(colours, spec(1, 1, 2)), [2 * 0.299 - 1, 2 * 0.587 - 1]);
  });

  it('resizes 28×28 grey digits to the 3×32×32 of a network for house numbers', () => {
    const result = applyInput(image([1, 28, 28]), spec(3, 32, 32));
    expect(result.length).toBe(2 * 3 * 32 * 32);
    expect(result.every((value) => Math.abs(value + 0.5) < 1e-5)).toBe(true);
  });

  const fitted = fitInput(fiveTimes(['a', 'b'], [0, 10], [2, 30]));
  it('finds columns by name, in any order, others left aside', () => {
    const other = table(['id', 'b', 'a'], [99, 30, 0]);
    near(applyInput(other, fitted), [-1, 1]);
  });

  it('fills what is missing with the training median, not its own', () => {
    near(applyInput(table(['a', 'b'], [NaN, 1000], [NaN, NaN]), fitted), [0, 98, 0, 0]);
  });

  const positional = fitInput(fiveTimes(['#0', '#1'], [0, 1], [2, 3]));
  it.each<[string, Dataset, InputSpec, string]>([
    [
      'a table where images are expected',
      table(['a'], [1]),
      spec(1, 28, 28),
      'csv:t: a table of 1 columns; the model takes images [1, 28, 28]',
    ],
    [
      'images where a table is expected',
      image([1, 8, 8]),
      fitted,
      'idx:i: holds images; the model takes a table of 2 columns',
    ],
    ['a column that is not there', table(['a', 'c'], [1, 2]), fitted, 'csv:t: no column "b"'],
    [
      'a column more where none has a name',
      table(['#0', '#1', '#2'], [1, 2, 3]),
      positional,
      'csv:t: 3 columns without names; the model takes 2',
    ],
    [
      'images of much another size',
      image([1, 128, 128]),
      spec(1, 28, 28),
      'idx:i: images are [1, 128, 128]; the model takes images [1, 28, 28], more than 4 times another size',
    ],
    [
      'images of another aspect',
      image([1, 28, 84]),
      spec(1, 28, 28),
      'idx:i: images are [1, 28, 84]; the model takes images [1, 28, 28], of a quite different aspect',
    ],
    [
      'channels that have no meaning',
      image([3, 8, 8]),
      { kind: 'image', shape: [2, 8, 8], mean: [0, 0], std: [1, 1] },
      'idx:i: images are [3, 8, 8]; the model takes images [2, 8, 8], and 3 channels cannot become 2',
    ],
  ])('refuses %s', async (_, data, own, message) => {
    expect(await refusal(() => applyInput(data, own))).toMatchObject({ code: 'data', message });
  });
});
