import { FedshotError } from '../errors.js';
import { toTable } from './arrays.js';
import { assertColumns, missingCells } from './columns.js';
import { greyLevels, type WhiteWords } from './grey.js';
import { memoryLabels } from './memory-labels.js';
import type { Dataset, InMemoryData, InMemoryImages, InMemoryTable } from './types.js';

/** A name goes into records and messages. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const COMMON = ['labels', 'classes', 'name'];
const IMAGES = ['images', 'shape', 'count', ...COMMON];
const TABLE = ['rows', 'columns', ...COMMON];
const WHITE: WhiteWords = {
  outside: 'divide by the level that means white: 0 is black, 1 is white',
  likely: (level) => `give floats, divided by ${level}`,
};

/**
 * Makes a dataset of samples in memory, with the checks that files get. Nothing of it is changed, and
 * what is made of it does not change with it.
 *
 * @throws FedshotError `usage` for a description that cannot be meant, `data`, `limit`
 */
export function memoryDataset(data: InMemoryData): Dataset {
  const source = nameOf(data);
  assertKeys(data, source);
  return 'images' in data ? imageDataset(data, source) : tableDataset(data, source);
}

/** `memory:NAME`. @throws FedshotError `usage` */
export function nameOf({ name = 'data' }: InMemoryData): string {
  if (NAME.test(name)) return `memory:${name}`;
  throw new FedshotError('usage', `data in memory: ${JSON.stringify(name)} cannot be its name`, {
    hint: 'a name has up to 64 letters, digits, ".", "_" and "-"',
  });
}

/** A key that is misspelt would be left out without a word. */
function assertKeys(data: InMemoryData, source: string): void {
  const known = 'images' in data ? IMAGES : TABLE;
  const unknown = Object.keys(data).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw usage(source, `unknown key "${unknown}"`, `it is ${known.join(', ')}`);
  if (!('images' in data) && !(data.rows && data.columns))
    throw usage(source, 'holds neither images nor rows with columns', 'see InMemoryData');
}

function imageDataset(data: InMemoryImages, source: string): Dataset {
  const { images, shape } = data;
  const isBytes = images instanceof Uint8Array;
  if (!isBytes && !(images instanceof Float32Array))
    throw usage(source, 'images are no Float32Array or Uint8Array');
  if (!Array.isArray(shape)) throw usage(source, 'images need their shape');
  const [C, H, W] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length > 3 || ![C, H, W].every(isSize) || (C !== 1 && C !== 3))
    throw usage(
      source,
      `shape [${shape.join(', ')}] is no [H, W], or [C, H, W] with C = 1 or 3`,
      'the shape is that of one image',
    );
  const size = C * H * W;
  const { count = images.length / size } = data;
  if (!Number.isSafeInteger(count) || images.length !== count * size)
    throw bad(
      source,
      data.count === undefined
        ? `${images.length} values are no whole number of images [${shape.join(', ')}]`
        : `${images.length} values where ${count} images [${shape.join(', ')}] need ${count * size}`,
    );
  if (count === 0) throw bad(source, 'no samples');
  const notes: string[] = [];
  const array = { name: source, values: images, white: isBytes ? 255 : 1 };
  const x = greyLevels(array, size, undefined, notes, WHITE);
  const labelled = memoryLabels(data, source, count);
  return { source, kind: 'image', shape: [C, H, W], count, x, ...labelled, notes };
}

function tableDataset(data: InMemoryTable, source: string): Dataset {
  const { columns, rows } = data;
  const width = columns.length;
  assertColumns(source, width);
  if (width === 0 || new Set(columns).size !== width || columns.includes(''))
    throw usage(source, 'its columns need names, each of its own');
  const x = toTable({ name: source, values: flat(rows, width, source) });
  const count = x.length / width;
  if (count === 0) throw bad(source, 'no samples');
  return {
    source,
    kind: 'table',
    shape: [width],
    count,
    x,
    ...memoryLabels(data, source, count),
    columns: [...columns],
    missing: missingCells(x, width),
  };
}

/** Rows one behind the other. */
function flat(
  rows: InMemoryTable['rows'],
  width: number,
  source: string,
): Float32Array | readonly number[] {
  if (rows instanceof Float32Array) {
    if (rows.length % width === 0) return rows;
    throw bad(source, `${rows.length} values are no whole number of rows of ${width} columns`);
  }
  const short = rows.findIndex((row) => row.length !== width);
  if (short >= 0)
    throw bad(source, `row ${short} has ${rows[short]?.length ?? 0} values for ${width} columns`);
  const values = rows.flat();
  const at = values.findIndex((value) => typeof value !== 'number');
  if (at >= 0)
    throw bad(
      source,
      `row ${Math.floor(at / width)}: ${JSON.stringify(values[at])} is not a number`,
      'a missing value is NaN',
    );
  return values;
}

const isSize = (size: number | undefined): size is number =>
  Number.isSafeInteger(size) && Number(size) > 0;

function usage(source: string, why: string, hint?: string): FedshotError {
  return new FedshotError('usage', `${source}: ${why}`, { hint });
}

function bad(source: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${source}: ${why}`, { hint });
}
