import { address } from './object-header.js';

/** Indices along one axis: `count` blocks of `block`, one every `stride`; Infinity where there is no end. */
export interface Axis {
  readonly start: number;
  readonly stride: number;
  readonly count: number;
  readonly block: number;
}

/** Elements of a dataset: those of each slab, which is a product of axes; or all that there are. */
export type Selection = 'all' | readonly (readonly Axis[])[];

/** `H5S_sel_type`. */
const [NONE, POINTS, HYPERSLABS, ALL] = [0, 1, 2, 3];

/** Bytes that are read one behind the other. */
export class Cursor {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  /** A number of 1, 2, 4 or 8 bytes. @throws RangeError beyond the end, and for one that is not exact */
  number(size: number): number {
    const value = address(this.bytes, this.at, size);
    this.at += size;
    return value;
  }

  /** The same; all bits set mean that there is no end. */
  extent(size: number): number {
    const end = this.at + size;
    if (size === 8 && this.bytes.readBigUInt64LE(this.at) === 2n ** 64n - 1n) {
      this.at = end;
      return Infinity;
    }
    const value = this.number(size);
    return value === 2 ** (8 * size) - 1 ? Infinity : value;
  }

  /** Text up to a zero byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError('a name without an end');
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }
}

/**
 * A selection as files hold it (HDF5 File Format Specification, version 3, "Dataspace Encoding").
 * @throws RangeError for what is not of the format
 */
export function readSelection(cursor: Cursor): Selection {
  const type = cursor.number(4);
  const version = cursor.number(4);
  if (type === ALL || type === NONE) {
    cursor.at += 8;
    return type === ALL ? 'all' : [];
  }
  if (type === POINTS) return points(cursor, version);
  if (type === HYPERSLABS) return hyperslabs(cursor, version);
  throw new RangeError(`a selection of type ${type}`);
}

function points(cursor: Cursor, version: number): Selection {
  if (version !== 1 && version !== 2) throw new RangeError(`points of version ${version}`);
  if (version === 1) cursor.at += 8;
  const size = version === 1 ? 4 : cursor.number(1);
  const rank = cursor.number(4);
  return listed(cursor, cursor.number(size), rank, (): Axis[] =>
    Array.from({ length: rank }, () => one(cursor.number(size), 1)),
  );
}

function hyperslabs(cursor: Cursor, version: number): Selection {
  if (version < 1 || version > 3) throw new RangeError(`hyperslabs of version ${version}`);
  const regular = version > 1 && (cursor.number(1) & 1) === 1;
  if (version === 1) cursor.at += 8;
  if (version === 2) cursor.at += 4;
  const size = version === 1 ? 4 : version === 2 ? 8 : cursor.number(1);
  const rank = cursor.number(4);
  if (regular)
    return listed(cursor, 1, rank, () =>
      Array.from({ length: rank }, () => ({
        start: cursor.number(size),
        stride: cursor.extent(size),
        count: cursor.extent(size),
        block: cursor.extent(size),
      })),
    );
  if (version === 2) throw new RangeError('hyperslabs of version 2 that are not regular');
  return listed(cursor, cursor.number(size), rank, (): Axis[] => {
    const corner = (): number[] => Array.from({ length: rank }, () => cursor.number(size));
    const [from, to] = [corner(), corner()];
    return from.map((start, axis) => one(start, (to[axis] ?? -1) - start + 1));
  });
}

const one = (start: number, block: number): Axis => ({ start, stride: block, count: 1, block });

/** As many slabs as are declared; each takes bytes, so that the end of these bounds them. */
function listed(cursor: Cursor, count: number, rank: number, read: () => Axis[]): Axis[][] {
  if (rank < 1 || rank > 32) throw new RangeError(`rank ${rank}`);
  if (count > cursor.bytes.length) throw new RangeError('more blocks than bytes');
  const slabs = Array.from({ length: count }, read);
  for (const { block, stride, count: blocks } of slabs.flat())
    if (!(block >= 1) || (blocks > 1 && !(stride >= block))) throw new RangeError('a broken block');
  return slabs;
}

/** How many indices of an axis lie within a size. */
export function along({ start, stride, count, block }: Axis, size: number): number {
  const whole = count === 1 ? Number(start + block <= size) : (size - block - start) / stride + 1;
  const full = Math.min(count, Math.max(0, Math.floor(whole)));
  const rest = full < count ? size - (start + (full === 0 ? 0 : full * stride)) : 0;
  return full * (full === 0 ? 0 : block) + Math.min(block, Math.max(0, rest));
}

/** How many elements of a selection lie within a shape. */
export function countWithin(selection: Selection, shape: readonly number[]): number {
  if (selection === 'all') return shape.reduce((a, b) => a * b, 1);
  return selection.reduce((sum, slab) => {
    if (slab.length !== shape.length) throw new RangeError('a selection of another rank');
    return sum + slab.reduce((product, axis, d) => product * along(axis, shape[d] ?? 0), 1);
  }, 0);
}

/** Marks the elements of a selection that lie within a shape. */
export function mark(marked: Uint8Array, selection: Selection, shape: readonly number[]): void {
  if (selection === 'all') marked.fill(1);
  else for (const slab of selection) markSlab(marked, slab, shape, 0, 0);
}

function markSlab(
  marked: Uint8Array,
  slab: readonly Axis[],
  shape: readonly number[],
  d: number,
  offset: number,
): void {
  const [axis, size] = [slab[d], shape[d]];
  if (!axis || size === undefined) return;
  for (let k = 0, from = axis.start; k < axis.count && from < size; k++, from += axis.stride) {
    const end = Math.min(size, from + axis.block);
    if (d === shape.length - 1) marked.fill(1, offset * size + from, offset * size + end);
    else for (let i = from; i < end; i++) markSlab(marked, slab, shape, d + 1, offset * size + i);
  }
}
