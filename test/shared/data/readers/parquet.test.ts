import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/load.js';
import { NESTED, SNAPPY, ZSTD } from './parquet-files.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parquet-'));
  Object.entries({ snappy: SNAPPY, zstd: ZSTD, nested: NESTED }).forEach(([name, bytes]) =>
    writeFileSync(join(folder, name), bytes),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (rest: string) => loadDataset(`parquet:${folder}/${rest}`);
const refused = (rest: string): Promise<string> =>
  read(rest).then(
    () => 'taken',
    (error: unknown) => {
      const { code, message } = error as Error & { code?: string };
      return `${code ?? 'no code'} ${message}`;
    },
  );

it.each(['snappy', 'zstd'])(
  'reads numbers, truth values, labels and what is missing: %s',
  async (name) => {
    const { columns, x, labels, classNames, missing } = await read(
      `${name}#label=finding&ignore=note`,
    );
    expect(columns).toEqual(['age', 'dose', 'smoker']);
    expect([...x]).toEqual([40, 0.5, 1, NaN, Math.fround(1e-7), 0, 61, NaN, NaN]);
    expect(missing).toEqual([1, 1, 1]);
    expect(classNames).toEqual(['no', 'yes']);
    expect([...(labels ?? [])]).toEqual([0, 1, 0]);
  },
);

it('counts columns by number as csv: does, those that are left out included', async () => {
  const { classNames, columns } = await read('snappy#label=4&ignore=3');
  expect(classNames).toEqual(['no', 'yes']);
  expect(columns).toEqual(['age', 'dose', 'smoker']);
});

it('takes further codes for a missing value', async () => {
  const { count, rowNumbers } = await read('snappy#label=finding&ignore=note&missing=40,0.5,61');
  expect(count).toBe(2); // the last row has no value left
  expect(rowNumbers).toBeUndefined();
});

it('refuses words, lists, and columns that are not there, by name', async () => {
  expect(await refused('snappy#label=finding')).toMatch(/column "note": "a" is not a number/);
  expect(await refused('nested')).toMatch(/column "l" holds lists or records/);
  expect(await refused('snappy#ignore=x')).toMatch(/no column "x"/);
  expect(await refused('snappy#label=x&ignore=note')).toMatch(/no column "x"/);
});

it('refuses what is damaged, wherever it is cut or changed', async () => {
  const path = join(folder, 'bad');
  for (let length = 0; length < SNAPPY.length; length += 31) {
    writeFileSync(path, SNAPPY.subarray(0, length));
    expect(await refused('bad#ignore=note')).toMatch(/^data /);
  }
  writeFileSync(
    path,
    Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64, 0xff), Buffer.from('PAR1')]),
  );
  expect(await refused('bad')).toMatch(/^data .*damaged/);
});
