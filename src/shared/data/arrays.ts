import { FedshotError } from '../errors.js';
import type { Dataset } from './types.js';

/** An array of a file, as it was read. */
export interface RawArray {
  /** File and name of the array, for messages. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
  /** The value that means white: 255 for bytes, 1 for floats. */
  readonly white: number;
}

/** From here on a flat square row is taken for an image (8×8), below for a table. */
const SMALLEST_FLAT_IMAGE = 64;
/** Interpolation and float32 rounding overshoot a little. */
const GREY_TOLERANCE = 1e-3;
const LARGEST_LABEL = 0xffff;

/**
 * Makes a dataset of an array of samples: `[N, H, W]`, `[N, C, H, W]`, `[N, H, W, C]` (C is 1 or 3),
 * or `[N, D]`, which is an image if D is a square of at least 64 and a table otherwise.
 *
 * @throws FedshotError `data`
 */
export function arrayDataset(source: string, data: RawArray, target?: RawArray): Dataset {
  const { kind, shape, channelsLast } = layout(data);
  const count = data.shape[0]!;
  const labels = target && toLabels(target);
  if (labels && labels.length !== count)
    throw bad(target.name, `${labels.length} labels for the ${count} samples of ${data.name}`);
  if (kind === 'table') {
    const columns = positionalColumns(shape[0]!);
    return { source, kind, shape, count, x: toTable(data), labels, columns };
  }
  const x = toGrey(
    data,
    shape.reduce((a, b) => a * b),
  );
  return { source, kind, shape, count, x: channelsLast ? channelsFirst(x, shape) : x, labels };
}

/** Names of columns that have none: `#0`, `#1`, … */
export function positionalColumns(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `#${i}`);
}

function layout({ name, shape }: RawArray): Pick<Dataset, 'kind' | 'shape'> & {
  channelsLast?: boolean;
} {
  const [count, a = 1, b = 1, c = 1] = shape;
  if (count === 0) throw bad(name, 'no samples');
  if (shape.length > 1 && shape.includes(0))
    throw bad(name, `empty samples, [${shape.join(', ')}]`);
  const side = Math.sqrt(a);
  if (shape.length === 2 && a >= SMALLEST_FLAT_IMAGE && Number.isInteger(side))
    return { kind: 'image', shape: [1, side, side] };
  if (shape.length === 2) return { kind: 'table', shape: [a] };
  if (shape.length === 3) return { kind: 'image', shape: [1, a, b] };
  if (shape.length === 4 && (a === 1 || a === 3)) return { kind: 'image', shape: [a, b, c] };
  if (shape.length === 4 && (c === 1 || c === 3))
    return { kind: 'image', shape: [c, a, b], channelsLast: true };
  throw bad(
    name,
    `shape [${shape.join(', ')}] is none of [N,D], [N,H,W], [N,C,H,W], [N,H,W,C] with C = 1 or 3`,
  );
}

function toGrey({ name, values, white }: RawArray, size: number): Float32Array {
  const x = new Float32Array(values.length);
  for (let i = 0; i < x.length; i++) {
    const grey = Number(values[i]) / white;
    if (!Number.isFinite(grey))
      throw bad(name, `NaN or infinite grey level in sample ${Math.floor(i / size)}`);
    if (grey < -GREY_TOLERANCE || grey > 1 + GREY_TOLERANCE)
      throw bad(
        name,
        `grey level ${Number(values[i])} in sample ${Math.floor(i / size)} is outside 0..${white}`,
        'name the level that means white, for example scale=255',
      );
    x[i] = Math.min(1, Math.max(0, grey));
  }
  return x;
}

function toTable({ name, values }: RawArray): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => {
    const value = Number(values[i]);
    if (Math.abs(value) === Infinity) throw bad(name, `value ${i} is infinite`);
    return value;
  });
}

function toLabels({ name, shape, values }: RawArray): Int32Array {
  if (shape.slice(1).some((size) => size !== 1))
    throw bad(name, `labels of shape [${shape.join(', ')}] where [N] is expected`);
  return Int32Array.from({ length: values.length }, (_, i) => {
    const label = Number(values[i]);
    if (!Number.isInteger(label) || label < 0 || label > LARGEST_LABEL)
      throw bad(name, `label ${label} of sample ${i} is not a class index`);
    return label;
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
