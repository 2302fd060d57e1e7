import { expect, it } from 'vitest';
import { widened } from '../../../src/shared/format/widen.js';

const bytes = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

it('widens halves: normal, subnormal, signed zero', () => {
  const data = bytes(0x3c00, 0xc000, 0x3555, 0x0001, 0x03ff, 0x7bff, 0x8000);
  const values = [...widened({ dtype: 'F16', shape: [7], data })];
  expect(values.slice(0, 2)).toEqual([1, -2]);
  expect(values[2]).toBeCloseTo(1 / 3, 3);
  expect(values.slice(3)).toEqual([2 ** -24, 1023 * 2 ** -24, 65504, -0]);
});

it('widens bfloat16, the upper half of a float32', () => {
  const values = widened({ dtype: 'BF16', shape: [3], data: bytes(0x3f80, 0xc040, 0x0000) });
  expect([...values]).toEqual([1, -3, 0]);
});

it('reads from places that are not aligned, and rounds doubles', () => {
  const odd = new Uint8Array(17);
  odd.set(new Uint8Array(Float64Array.of(0.1, -2).buffer), 1);
  const data = odd.subarray(1);
  expect([...widened({ dtype: 'F64', shape: [2], data })]).toEqual([Math.fround(0.1), -2]);
});

it.each(['I64', 'I32', 'U8', 'BOOL', 'F8_E4M3'] as const)('refuses %s by name', (dtype) => {
  expect(() => widened({ dtype, shape: [0], data: new Uint8Array() }, 'w')).toThrow(
    `"w" is ${dtype} where floats are expected`,
  );
});
