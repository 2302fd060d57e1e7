import { describe, expect, it } from 'vitest';
import {
  along,
  countWithin,
  Cursor,
  mark,
  readSelection,
  type Selection,
} from '../../../../src/shared/data/readers/hdf5/selection.js';

/** Numbers of so many bytes each, one behind the other. */
function bytes(...numbers: readonly (readonly [size: number, value: number])[]): Cursor {
  return new Cursor(
    Buffer.concat(
      numbers.map(([size, value]) => {
        const number = Buffer.alloc(size);
        if (size === 8) number.writeBigUInt64LE(BigInt(value));
        else number.writeUIntLE(value, 0, size);
        return number;
      }),
    ),
  );
}

/** Which elements of an array of this shape a selection has. */
function marked(selection: Selection, shape: readonly number[]): number[] {
  const all = new Uint8Array(shape.reduce((a, b) => a * b));
  mark(all, selection, shape);
  return [...all];
}

const u4 = (...values: number[]) => values.map((value) => [4, value] as const);

describe('readSelection', () => {
  it('reads corners of version 1, whose ends are within', () => {
    const cursor = bytes(...u4(2, 1, 0, 0, 2, 1), ...u4(0, 1), ...u4(1, 2));
    expect(marked(readSelection(cursor), [2, 4])).toEqual([0, 1, 1, 0, 0, 1, 1, 0]);
  });

  it('reads regular blocks of version 2, of 8 bytes each', () => {
    const axis = [1, 2, 2, 1].map((value) => [8, value] as const);
    const cursor = bytes(...u4(2, 2), [1, 1], ...u4(0, 1), ...axis);
    expect(marked(readSelection(cursor), [5])).toEqual([0, 1, 0, 1, 0]);
  });

  it.each([
    ['1', bytes(...u4(1, 1, 0, 0, 2, 2), ...u4(0, 1), ...u4(1, 0))],
    ['2', bytes(...u4(1, 2), [1, 2], ...u4(2), [2, 2], [2, 0], [2, 1], [2, 1], [2, 0])],
  ])('reads points of version %s', (_, cursor) => {
    expect(marked(readSelection(cursor), [2, 2])).toEqual([0, 1, 1, 0]);
  });

  it('reads all and nothing', () => {
    expect(readSelection(bytes(...u4(3, 1, 0, 0)))).toBe('all');
    expect(countWithin(readSelection(bytes(...u4(0, 1, 0, 0))), [3])).toBe(0);
  });

  it.each([
    ['an unknown type', bytes(...u4(7, 1))],
    ['an unknown version', bytes(...u4(2, 9))],
    ['more blocks than there are bytes', bytes(...u4(2, 1, 0, 0, 1, 2 ** 31))],
    ['a block of no elements', bytes(...u4(2, 2), [1, 1], ...u4(0, 1), ...eights(0, 1, 1, 0))],
    ['blocks that overlap', bytes(...u4(2, 2), [1, 1], ...u4(0, 1), ...eights(0, 1, 2, 2))],
    ['an end before the beginning', bytes(...u4(2, 1, 0, 0, 1, 1), ...u4(3, 1))],
    ['a rank of nothing', bytes(...u4(2, 1, 0, 0, 0, 1))],
    ['bytes that end early', bytes(...u4(2, 1, 0, 0, 1, 1, 0))],
  ])('refuses %s', (_, cursor) => {
    expect(() => readSelection(cursor)).toThrow(RangeError);
  });
});

function eights(...values: number[]): (readonly [number, number])[] {
  return values.map((value) => [8, value]);
}

describe('along', () => {
  const axis = { start: 1, stride: 3, count: 3, block: 2 };
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20])('counts what mark marks, of %i', (size) => {
    const held = marked([[axis]], [size]).reduce((a, b) => a + b, 0);
    expect(along(axis, size)).toBe(held);
  });

  it('goes to the end where there is no other', () => {
    expect(along({ start: 1, stride: 2, count: Infinity, block: 2 }, 6)).toBe(5);
    expect(along({ start: 2, stride: 1, count: 1, block: Infinity }, 6)).toBe(4);
    expect(along({ start: 0, stride: 1, count: 2 ** 40, block: 1 }, 2 ** 45)).toBe(2 ** 40);
  });
});
