import { FedshotError } from '../errors.js';
import { classesOf } from './label-values.js';
import { greyLevels } from './grey.js';
import { integerOption, usage, wordOption, type Notation } from './notation.js';
import type { Dataset, Takes } from './types.js';

/** An array of a file, as it was read. */
export interface RawArray {
  /** File and name of the array, for messages. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
  /** The value that means white: 255 for bytes, 1 for floats. */
  readonly white: number;
}

/** Labels of a file: numbers, or words. */
export type RawLabels = RawArray | WordArray;

export interface WordArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly words: readonly string[];
}

/** Options of every reader of arrays. */
export const ARRAY_KEYS = ['as', 'scale', 'max', 'label', 'labels'] as const;

/** From here on a flat square row is taken for an image (8×8), below for a table. */
const SMALLEST_FLAT_IMAGE = 64;
/** As many columns as the input contract can name. */
export const MAX_COLUMNS = 100_000;
const LARGEST_LABEL = 0xffff;

/**
 * Makes a dataset of an array of samples: `[N, H, W]`, `[N, C, H, W]`, `[N, H, W, C]` (C is 1 or 3),
 * or `[N, D]`. Those are images or columns as `as=image|table` says, else as the model takes them;
 * where nobody says, images if D is a square of at least 64, which the notes then mention.
 *
 * @throws FedshotError `data`, `usage`, `limit`
 */
export function arrayDataset(
  notation: Notation,
  data: RawArray,
  target?: RawLabels,
  takes?: Takes,
): Dataset {
  const { source } = notation;
  const notes: string[] = [];
  const { kind, shape, channelsLast } = layout(data, notation, notes, takes);
  const count = data.shape[0]!;
  const labelled = target && toLabels(column(target, notation), data, notation);
  const size = shape.reduce((a, b) => a * b);
  if (kind === 'table') {
    const columns = positionalColumns(size);
    const x = toTable(data);
    const missing = missingCells(x, size);
    return { source, kind, shape, count, x, ...labelled, columns, missing, notes };
  }
  const grey = greyLevels(data, size, whiteOption(notation), notes);
  const x = channelsLast ? channelsFirst(grey, shape) : grey;
  return { source, kind, shape, count, x, ...labelled, notes };
}

/** Names of columns that have none: `#0`, `#1`, … */
export function positionalColumns(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `#${i}`);
}

/** Per column, how many values are NaN. */
export function missingCells(x: Float32Array, width: number): number[] {
  const missing = Array.from({ length: width }, () => 0);
  for (let i = 0; i < x.length; i++) if (Number.isNaN(x[i])) missing[i % width]!++;
  return missing;
}

/** @throws FedshotError `limit` */
export function assertColumns(name: string, columns: number): void {
  if (columns > MAX_COLUMNS)
    throw new FedshotError(
      'limit',
      `${name}: ${columns} columns; at most ${MAX_COLUMNS} are read`,
      {
        hint: 'choose columns before, for example those that vary most',
      },
    );
}

function whiteOption(notation: Notation): number | undefined {
  const { options, source } = notation;
  if (options.has('scale') && options.has('max'))
    throw usage(source, 'scale= and max= are the same: give one');
  const key = options.has('max') ? 'max' : 'scale';
  if (!options.has(key)) return undefined;
  const white = integerOption(notation, key, 1);
  if (white === 0) throw usage(source, `${key}=0 is no grey level that means white`);
  return white;
}

function layout(
  { name, shape }: RawArray,
  notation: Notation,
  notes: string[],
  takes: Takes | undefined,
): Pick<Dataset, 'kind' | 'shape'> & { channelsLast?: boolean } {
  const as = wordOption(notation, 'as', ['image', 'table']);
  const [count, a = 1, b = 1, c = 1] = shape;
  if (count === 0) throw bad(name, 'no samples');
  if (shape.length > 1 && shape.includes(0))
    throw bad(name, `empty samples, [${shape.join(', ')}]`);
  if (as === 'table' && shape.length !== 2)
    throw bad(name, `shape [${shape.join(', ')}] cannot be read as=table, which takes [N,D]`);
  const side = Math.sqrt(a);
  if (shape.length === 2) {
    const square = Number.isInteger(side);
    if (as === 'image' && !square)
      throw bad(name, `rows of ${a} values cannot be read as=image: ${a} is no square`);
    const guessed = square && a >= SMALLEST_FLAT_IMAGE ? 'image' : 'table';
    if ((as ?? (square && takes ? takes.kind : guessed)) === 'image') {
      if (as === undefined && takes === undefined)
        notes.push(
          `rows of ${a} values are taken for images ${side}×${side}; as=table takes them for columns, as=image settles it`,
        );
      return { kind: 'image', shape: [1, side, side] };
    }
    assertColumns(name, a);
    return { kind: 'table', shape: [a] };
  }
  if (shape.length === 3) return { kind: 'image', shape: [1, a, b] };
  if (shape.length === 4 && (a === 1 || a === 3)) return { kind: 'image', shape: [a, b, c] };
  if (shape.length === 4 && (c === 1 || c === 3))
    return { kind: 'image', shape: [c, a, b], channelsLast: true };
  throw bad(
    name,
    `shape [${shape.join(', ')}] is none of [N,D], [N,H,W], [N,C,H,W], [N,H,W,C] with C = 1 or 3`,
  );
}

function toTable({ name, values }: RawArray): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => {
    const value = Number(values[i]);
    if (Math.abs(value) === Infinity) throw bad(name, `value ${i} is infinite`);
    return value;
  });
}

/** The column of `[N, D]` labels that `label=` names, counted from 0. */
function column(target: RawLabels, notation: Notation): RawLabels {
  if (!notation.options.has('label')) return target;
  const at = integerOption(notation, 'label', 0);
  const [count = 0, width = 1] = target.shape;
  if ('words' in target || target.shape.length !== 2 || at >= width)
    throw bad(target.name, `[${target.shape.join(', ')}] has no column ${at} of labels`);
  const { values } = target;
  const taken = Array.from({ length: count }, (_, i) => Number(values[i * width + at]));
  return { ...target, shape: [count], values: taken };
}

/** Distinct labels become classes, as in a table: 1..10 are ten, {1, 4, 7} three. */
function toLabels(
  target: RawLabels,
  data: RawArray,
  notation: Notation,
): Pick<Dataset, 'labels' | 'classNames' | 'matching'> {
  const { name, shape } = target;
  const fold = wordOption(notation, 'labels', ['fold']) === 'fold';
  if (shape.slice(1).some((size) => size !== 1))
    throw bad(
      name,
      `labels of shape [${shape.join(', ')}] where [N] is expected`,
      shapeHint(shape),
    );
  const length = 'words' in target ? target.words.length : target.values.length;
  const count = data.shape[0]!;
  if (length !== count)
    throw bad(
      name,
      `${length} labels for the ${count} samples of ${data.name}`,
      data.shape.at(-1) === length && data.shape.length > 1
        ? 'the samples lie along the last axis, as MATLAB writes them: order=matlab'
        : undefined,
    );
  if ('words' in target) {
    const at = target.words.findIndex((word) => word.trim() === '');
    if (at >= 0) throw bad(name, `sample ${at} has no label`);
    return { ...classesOf(target.words, name, fold), matching: { fold } };
  }
  const values = Array.from({ length }, (_, i) => Number(target.values[i]));
  const distinct = new Set(values);
  const signs = distinct.size === 2 && distinct.has(1) && distinct.has(-1); // as SVMs have them
  const at = values.findIndex(
    (label) => !Number.isInteger(label) || (label < 0 && !signs) || label > LARGEST_LABEL,
  );
  if (at >= 0)
    throw bad(
      name,
      `label ${values[at]!} of sample ${at} is not a class index`,
      values[at]! < 0
        ? 'leave samples without a label out, or number the classes from 0'
        : undefined,
    );
  return { ...classesOf(values.map(String), name), matching: { numbers: true } };
}

function shapeHint([n, width]: readonly number[]): string {
  if (n === 1) return 'written by MATLAB? order=matlab';
  return width === 8
    ? 'these are QMNIST’s extended labels: the class is the first column, label=0'
    : 'one-hot labels become [N] by argmax; of several columns label=COLUMN takes one';
}

function channelsFirst(x: Float32Array, [c = 1, h = 1, w = 1]: readonly number[]): Float32Array {
  const result = new Float32Array(x.length);
  const area = h * w;
  for (let n = 0; n < x.length; n += area * c)
    for (let p = 0; p < area; p++)
      for (let k = 0; k < c; k++) result[n + k * area + p] = x[n + p * c + k]!;
  return result;
}

function bad(name: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${name}: ${why}`, { hint });
}
