import { describe, expect, it } from 'vitest';
import {
  filesOfNotation,
  identifySource,
  loadDataset,
  type InMemoryData,
} from '../../../src/shared/data/index.js';
import { refusal } from './files.js';

const images: InMemoryData = {
  images: Float32Array.of(0, 0.25, 0.5, 1, 1, 0),
  shape: [1, 3],
  labels: [1, 0],
  classes: ['no', 'yes'],
  name: 'scans',
};
const table: InMemoryData = {
  rows: [
    [1, NaN],
    [3, 4],
    [5, 6],
  ],
  columns: ['age', 'dose'],
  labels: ['b', 'a', 'b'],
};

describe('samples in memory', () => {
  it('are images as files hold them: floats, bytes, channels', async () => {
    const grey = await loadDataset(images);
    expect(grey).toMatchObject({
      source: 'memory:scans',
      kind: 'image',
      shape: [1, 1, 3],
      count: 2,
      classNames: ['no', 'yes'],
    });
    expect([...grey.x]).toEqual([0, 0.25, 0.5, 1, 1, 0]);
    expect([...(grey.labels ?? [])]).toEqual([1, 0]);
    const bytes = await loadDataset({ images: Uint8Array.of(0, 51, 255), shape: [3, 1, 1] });
    expect(bytes).toMatchObject({ source: 'memory:data', shape: [3, 1, 1], count: 1 });
    expect([...bytes.x]).toEqual([0, 0.2, 1].map(Math.fround));
    expect(bytes.labels).toBeUndefined();
  });

  it('are tables, with NaN where a value is missing', async () => {
    const dataset = await loadDataset(table);
    expect(dataset).toMatchObject({
      kind: 'table',
      shape: [2],
      count: 3,
      columns: ['age', 'dose'],
      missing: [0, 1],
      classNames: ['a', 'b'],
    });
    expect([...dataset.x]).toEqual([1, NaN, 3, 4, 5, 6]);
    const flat = { rows: Float32Array.of(1, NaN, 3, 4, 5, 6), columns: ['age', 'dose'] };
    expect((await loadDataset(flat)).x).toEqual(dataset.x);
  });

  it('have distinct numbers for classes where none are named', async () => {
    const { labels, classNames } = await loadDataset({ ...table, labels: Int32Array.of(7, 3, 7) });
    expect([[...(labels ?? [])], classNames]).toEqual([
      [1, 0, 1],
      ['3', '7'],
    ]);
  });

  it('stay as they were when what they were made of changes', async () => {
    const values = Float32Array.of(0, 1);
    const { x } = await loadDataset({ images: values, shape: [1, 2] });
    values.fill(0.5);
    expect([...x]).toEqual([0, 1]);
  });

  it('warn of pictures that use a tenth of their range', async () => {
    const said: string[] = [];
    const reporter = { warn: (line: string) => void said.push(line) };
    await loadDataset({ images: Uint8Array.of(0, 15), shape: [1, 2] }, { reporter });
    expect(said).toEqual([expect.stringMatching(/^memory:data: .*15 of 255.*divided by 15$/)]);
  });

  it('need no file', () => {
    expect(filesOfNotation(images)).toEqual([]);
  });
});

type Wrong = Record<string, unknown>;

describe('samples in memory are refused', () => {
  it.each<[string, string, Wrong]>([
    ['usage', 'images are no Float32Array or Uint8Array', { images: [0, 1] }],
    ['usage', 'images are no Float32Array or Uint8Array', { images: new Float64Array(3) }],
    ['usage', 'shape [3] is no [H, W], or', { shape: [3] }],
    ['usage', 'shape [2, 1, 3] is no [H, W], or', { shape: [2, 1, 3] }],
    ['usage', 'shape [1, 1, 1, 3] is no [H, W], or', { shape: [1, 1, 1, 3] }],
    ['usage', 'shape [1, -3] is no [H, W], or', { shape: [1, -3] }],
    ['usage', 'shape [1, 1.5] is no [H, W], or', { shape: [1, 1.5] }],
    ['usage', 'images need their shape', { shape: undefined }],
    ['usage', 'unknown key "label"', { label: [0, 1] }],
    ['usage', 'its classes need names, each of its own', { classes: ['a', 'a'] }],
    ['data', '6 values are no whole number of images [2, 2]', { shape: [2, 2] }],
    ['data', '6 values where 3 images [1, 3] need 9', { count: 3 }],
    ['data', '6 values where -2 images [1, 3] need -6', { count: -2 }],
    ['data', 'no samples', { images: new Float32Array(0), labels: undefined }],
    [
      'data',
      'NaN or infinite grey level in sample 1',
      { images: Float32Array.of(0, 0, 0, 0, NaN, 0) },
    ],
    [
      'data',
      'grey level 2 in sample 0 is outside 0..1',
      { images: Float32Array.of(2, 0, 0, 0, 0, 0) },
    ],
    ['data', '3 labels for 2 samples', { labels: [0, 1, 1] }],
    ['data', 'label 2 of sample 1 is outside the 2 classes', { labels: [0, 2] }],
    ['data', 'label -1 of sample 0 is outside the 2 classes', { labels: [-1, 0] }],
    ['data', 'label 0.5 of sample 0 is outside the 2 classes', { labels: [0.5, 0] }],
    ['data', 'label "maybe" of sample 1 is outside the 2 classes', { labels: ['no', 'maybe'] }],
    ['data', 'its labels are neither all numbers nor all words', { labels: ['no', 1] }],
    ['data', 'label -1 of sample 0 is not a class index', { labels: [-1, 0], classes: undefined }],
    ['data', 'sample 1 has no label', { labels: ['a', ' '], classes: undefined }],
  ])('images: %s, %s', async (code, why, wrong) => {
    const refused = await refusal(() => loadDataset({ ...images, ...wrong }));
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(`memory:scans: ${why}`);
  });

  it.each<[string, string, Wrong]>([
    ['usage', 'its columns need names, each of its own', { columns: ['a', 'a'] }],
    ['usage', 'its columns need names, each of its own', { columns: ['a', ''] }],
    ['usage', 'its columns need names, each of its own', { columns: [] }],
    ['usage', 'holds neither images nor rows with columns', { rows: undefined }],
    ['usage', 'holds neither images nor rows with columns', { columns: undefined }],
    ['data', 'row 1 has 1 values for 2 columns', { rows: [[1, 2], [3]] }],
    ['data', 'row 0: null is not a number', { rows: [[1, null]] }],
    [
      'data',
      'row 1: "4" is not a number',
      {
        rows: [
          [1, 2],
          [3, '4'],
        ],
      },
    ],
    ['data', '3 values are no whole number of rows of 2 columns', { rows: new Float32Array(3) }],
    ['data', 'value 1 is infinite', { rows: [[1, Infinity]] }],
    ['data', 'value 0, 1e+300, is too large for a float32', { rows: [[1e300, 1]] }],
    ['data', 'no samples', { rows: [] }],
  ])('tables: %s, %s', async (code, why, wrong) => {
    const refused = await refusal(() => loadDataset({ ...table, ...wrong }));
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(`memory:data: ${why}`);
  });

  it('where their name could be taken for something else', async () => {
    for (const name of ['', '../home', 'a b', 'a#b', 'a\u001b[31m'])
      expect(await refusal(() => loadDataset({ ...images, name }))).toMatchObject({
        code: 'usage',
      });
  });
});

describe('identifySource', () => {
  it('is a notation itself', () => {
    expect(identifySource('csv:a#label=b')).toBe('csv:a#label=b');
  });

  it('names samples in memory by a digest that any change changes, and holds none of them', () => {
    const own = identifySource(images);
    expect(own).toMatch(/^memory:scans#sha256=[0-9a-f]{64}$/);
    expect(identifySource({ ...images })).toBe(own);
    const changed: Wrong[] = [
      { images: Float32Array.of(0, 0.25, 0.5, 1, 1, 0.001) },
      { shape: [3, 1] },
      { labels: [1, 1] },
      { labels: undefined },
      { classes: ['no', 'Yes'] },
    ];
    const others = changed.map((one) => identifySource({ ...images, ...one }));
    expect(new Set([own, ...others]).size).toBe(1 + changed.length);
    expect(identifySource({ ...table, columns: ['dose', 'age'] })).not.toBe(identifySource(table));
  });
});
