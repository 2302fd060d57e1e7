import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/shared/data/index.js';
import { applyInput, fitInput } from '../../../src/shared/preprocessing/input.js';
import { resize } from '../../../src/shared/preprocessing/resize.js';
import type { Dataset } from '../../../src/shared/data/types.js';

const FOLDER = '../shared/data/digits';
const absent = !existsSync(FOLDER);
if (absent) console.log(`skipped: ${FOLDER} is not there, so no reader is tried on real digits`);

const idx = (name: string): Promise<Dataset> =>
  loadDataset(`idx:${FOLDER}/${name}-images-idx3-ubyte.gz,${FOLDER}/${name}-labels-idx1-ubyte.gz`);

describe.skipIf(absent)('real digits', () => {
  it.each([
    ['mnist10k-train', 10_000],
    ['t10k', 10_000],
    ['usps28-train', 7_291],
    ['usps28-test', 2_007],
  ])('reads %s', async (name, count) => {
    const { shape, count: found, labels } = await idx(name);
    expect([found, ...shape]).toEqual([count, 1, 28, 28]);
    expect([...new Set(labels)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    ['train', 7_291],
    ['test', 2_007],
  ])('reads USPS %s from HDF5: the same labels, and resized the same pictures', async (part, n) => {
    const small = await loadDataset(`hdf5:${FOLDER}/usps.h5#${part}`);
    const large = await idx(`usps28-${part}`);
    expect([small.count, ...small.shape]).toEqual([n, 1, 16, 16]);
    expect(small.labels).toEqual(large.labels);
    const resized = resize(small.x, n, [16, 16], [28, 28]);
    let worst = 0;
    for (let i = 0; i < resized.length; i++)
      worst = Math.max(worst, Math.abs(resized[i]! - large.x[i]!));
    expect(worst).toBeLessThanOrEqual(1.5 / 255); // bytes, rounded before and after either pass
  });

  it('feeds USPS of 16×16 to a network for 28×28', async () => {
    const x = applyInput(
      await loadDataset(`hdf5:${FOLDER}/usps.h5#test`),
      fitInput(await idx('t10k'), [1, 28, 28]),
    );
    expect(x.length).toBe(2_007 * 784);
    expect(x.every((value) => value >= -1 && value <= 1)).toBe(true);
  });
});
