import { FedshotError } from '../errors.js';
import { labelColumn, toLabels } from './array-labels.js';
import { saidRange, saidWhite, type ArrayOptions } from './array-options.js';
import { assertColumns, missingCells, positionalColumns } from './columns.js';
import { greyLevels, levelsInRange } from './grey.js';
import { usage } from './notation.js';
import type { RawArray, RawLabels } from './raw.js';
import type { Dataset, ExpectedInput } from './types.js';

/** From here on a flat square row is taken for an image (8×8), below for a table. */
const SMALLEST_FLAT_IMAGE = 64;

/**
 * Makes a dataset of an array of samples: `[N, H, W]`, `[N, C, H, W]`, `[N, H, W, C]` (C is 1 or 3),
 * or `[N, D]`. Those are images or columns as `as=image|table` says, else as the model takes them;
 * where nobody says, images if D is a square of at least 64, which the notes then mention.
 *
 * @throws FedshotError `data`, `usage`, `limit`
 */
export function arrayDataset(
  { source, options }: { source: string; options: ArrayOptions },
  data: RawArray,
  target?: RawLabels,
  takes?: ExpectedInput,
): Dataset {
  const notes: string[] = [];
  const { kind, shape, channelsLast } = layout(data, options.as, notes, takes);
  const count = data.shape[0]!;
  const labelled =
    target && toLabels(labelColumn(target, options.label), data, options.labels === 'fold');
  const size = shape.reduce((a, b) => a * b);
  const range = saidRange(source, options);
  if (kind === 'table') {
    if (range) throw usage(source, 'range= is for images, and these are rows of a table');
    const columns = positionalColumns(size);
    const x = toTable(data);
    const missing = missingCells(x, size);
    return { source, kind, shape, count, x, ...labelled, columns, missing, notes };
  }
  const grey = range
    ? levelsInRange(data, size, range, notes)
    : greyLevels(data, size, saidWhite(source, options), notes);
  const x = channelsLast ? channelsFirst(grey, shape) : grey;
  return { source, kind, shape, count, x, ...labelled, notes };
}

function layout(
  { name, shape }: RawArray,
  as: ArrayOptions['as'],
  notes: string[],
  takes: ExpectedInput | undefined,
): Pick<Dataset, 'kind' | 'shape'> & { channelsLast?: boolean } {
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

/**
 * Values of a table, NaN where one is missing.
 * @throws FedshotError `data` for one that is infinite, or too large for a float32
 */
export function toTable({ name, values }: Pick<RawArray, 'name' | 'values'>): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => {
    const value = Number(values[i]);
    if (Math.abs(value) === Infinity) throw bad(name, `value ${i} is infinite`);
    if (Math.abs(Math.fround(value)) === Infinity)
      throw bad(name, `value ${i}, ${value}, is too large for a float32`);
    return value;
  });
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
