import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/index.js';
import {
  serializeSafetensors,
  type TensorBytes,
} from '../../../../src/shared/format/safetensors.js';
import { put, refusal, temporaryFolder } from '../files.js';

const folder = temporaryFolder();
const bytes = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const f32 = (shape: number[], ...values: number[]): TensorBytes => ({
  dtype: 'F32',
  shape,
  data: bytes(Float32Array.from(values)),
});
const i64 = (...values: bigint[]): TensorBytes => ({
  dtype: 'I64',
  shape: [values.length],
  data: bytes(BigInt64Array.from(values)),
});
const file = (name: string, tensors: Record<string, TensorBytes>): string =>
  put(folder, name, serializeSafetensors(Object.entries(tensors)));

describe('readSafetensors', () => {
  it.each([
    ['x', 'y'],
    ['data', 'target'],
    ['images', 'labels'],
  ])('reads samples under %s and labels under %s', async (x, y) => {
    const path = file(`${x}.safetensors`, {
      [x]: f32([2, 1, 2], 0, 0.5, 1, 0.25),
      [y]: i64(1n, 0n),
    });
    const dataset = await loadDataset(`safetensors:${path}`);
    expect(dataset).toMatchObject({ kind: 'image', shape: [1, 1, 2], count: 2 });
    expect([...dataset.x]).toEqual([0, 0.5, 1, 0.25]);
    expect(dataset.labels).toEqual(Int32Array.of(1, 0));
  });

  it('reads bytes as grey levels of 255', async () => {
    const path = file('u8', { x: { dtype: 'U8', shape: [1, 1, 2], data: Uint8Array.of(0, 255) } });
    expect([...(await loadDataset(`safetensors:${path}`)).x]).toEqual([0, 1]);
  });

  it.each<[string, Record<string, TensorBytes>, string, string]>([
    [
      'no samples under a known name',
      { weight: f32([1, 1, 1], 0) },
      'not-found',
      ': no tensor "x", "data" or "images"',
    ],
    [
      'two tensors for the samples',
      { x: f32([1, 1, 1], 0), data: f32([1, 1, 1], 0) },
      'data',
      ': both "x" and "data" are there',
    ],
    [
      'NaN in images',
      { x: f32([1, 1, 2], 0, NaN) },
      'data',
      ' "x": NaN or infinite grey level in sample 0',
    ],
    ['infinity in a table', { x: f32([1, 2], 0, Infinity) }, 'data', ' "x": value 1 is infinite'],
    [
      'a type that is not read',
      { x: { dtype: 'F8_E4M3', shape: [1], data: new Uint8Array(1) } },
      'data',
      ' "x" is F8_E4M3',
    ],
  ])('refuses %s', async (_, tensors, code, why) => {
    const path = file('bad', tensors);
    expect(await refusal(() => loadDataset(`safetensors:${path}`))).toMatchObject({
      code,
      message: path + why,
    });
  });

  it('refuses a truncated file', async () => {
    const whole = serializeSafetensors([['x', f32([1, 1, 2], 0, 1)]]);
    const path = put(folder, 'cut', whole.subarray(0, whole.length - 3));
    const { code, message } = await refusal(() => loadDataset(`safetensors:${path}`));
    expect(code).toBe('data');
    expect(message.startsWith(`${path}: `)).toBe(true);
  });
});
