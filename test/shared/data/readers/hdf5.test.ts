import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/index.js';
import { put, refusal, temporaryFolder } from '../files.js';

const folder = temporaryFolder();
const path = join(folder, 'tiny.h5');

type Values = Parameters<File['create_dataset']>[0]['data'];

beforeAll(async () => {
  await ready;
  const file = new File(path, 'w');
  const group = (name: string, arrays: Record<string, [Values, number[]]>): void => {
    const into = file.create_group(name);
    for (const [key, [data, shape]] of Object.entries(arrays))
      into.create_dataset({ name: key, data, shape });
  };
  const ramp = (n: number, by: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => i * by);
  group('flat', {
    data: [ramp(128, 1 / 128), [2, 64]],
    target: [BigInt64Array.of(7n, 2n), [2]],
  });
  group('table', {
    data: [Float64Array.of(1, -2, NaN, 40), [2, 2]],
    target: [Int32Array.of(0, 1), [2, 1]],
  });
  group('bytes', { data: [Uint8Array.from({ length: 12 }, (_, i) => i * 20), [1, 2, 2, 3]] });
  group('nan', { data: [Float32Array.of(0, 0.5, 1, 1, 0, NaN, 0, 0), [2, 2, 2]] });
  group('bright', { data: [Float32Array.of(0, 255, 0, 0), [1, 2, 2]] });
  group('half-labels', { data: [ramp(4, 0.1), [1, 2, 2]], target: [Float32Array.of(0.5), [1]] });
  group('below', { data: [ramp(4, 0.1), [1, 2, 2]], target: [Int32Array.of(-1), [1]] });
  group('one-hot', { data: [ramp(4, 0.1), [1, 2, 2]], target: [Int32Array.of(0, 1), [1, 2]] });
  group('short', { data: [ramp(8, 0.1), [2, 2, 2]], target: [Int32Array.of(1), [1]] });
  group('none', { data: [new Float32Array(0), [0, 2, 2]] });
  group('text', { data: [['a', 'b'], [2]] });
  group('empty', {});
  file.close();
});

describe('readHdf5', () => {
  it('takes a flat square of 64 or more for an image, with 64-bit labels', async () => {
    const dataset = await loadDataset(`hdf5:${path}#flat`);
    expect(dataset).toMatchObject({ kind: 'image', shape: [1, 8, 8], count: 2 });
    expect(dataset.labels).toEqual(Int32Array.of(1, 0));
    expect(dataset.classNames).toEqual(['2', '7']);
    expect(dataset.x[64]).toBe(0.5);
  });

  it('takes short rows for a table, missing values and all', async () => {
    const dataset = await loadDataset(`hdf5:${path}#table`);
    expect(dataset).toMatchObject({ kind: 'table', shape: [2], columns: ['#0', '#1'] });
    expect([...dataset.x]).toEqual([1, -2, NaN, 40]);
    expect(dataset.labels).toEqual(Int32Array.of(0, 1));
  });

  it('reads bytes as 0..255 and channels last', async () => {
    const { shape, x } = await loadDataset(`hdf5:${path}#/bytes`);
    expect(shape).toEqual([3, 2, 2]);
    expect([...x.subarray(0, 4)]).toEqual([0, 60, 120, 180].map((v) => Math.fround(v / 255)));
  });

  it('divides by the white that is named', async () => {
    expect([...(await loadDataset(`hdf5:${path}#bright?scale=255`)).x]).toEqual([0, 1, 0, 0]);
  });

  it.each([
    ['nan', 'data', '#nan "data": NaN or infinite grey level in sample 1'],
    ['bright', 'data', '#bright "data": grey level 255 in sample 0 is outside 0..1'],
    ['half-labels', 'data', '#half-labels "target": label 0.5 of sample 0 is not a class index'],
    ['below', 'data', '#below "target": label -1 of sample 0 is not a class index'],
    ['one-hot', 'data', '#one-hot "target": labels of shape [1, 2] where [N] is expected'],
    ['short', 'data', `#short "target": 1 labels for the 2 samples of ${path}#short "data"`],
    ['none', 'data', '#none "data": no samples'],
    ['text', 'data', '#text "data" is not an array of numbers'],
    ['empty', 'not-found', ': group "empty": no dataset "x", "data" or "images"'],
    ['flat/data', 'not-found', ': no group "flat/data"'],
    ['missing', 'not-found', ': no group "missing"'],
  ])('refuses the group %s', async (group, code, why) => {
    expect(await refusal(() => loadDataset(`hdf5:${path}#${group}`))).toMatchObject({
      code,
      message: `${path}${why}`,
    });
  });

  it('lists the groups when the one named is missing', async () => {
    const { hint } = await refusal(() => loadDataset(`hdf5:${path}#missing`));
    expect(hint).toContain('"flat"');
  });

  it('refuses a file that is no HDF5, with the reason alone', async () => {
    const text = put(folder, 'text.h5', 'not at all');
    expect(await refusal(() => loadDataset(`hdf5:${text}#g`))).toMatchObject({
      code: 'data',
      message: `${text}: file signature not found`,
    });
  });
});
