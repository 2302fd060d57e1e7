import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineReader,
  filesOfNotation,
  loadDataset,
  readers,
  type Dataset,
} from '../../../src/shared/data/index.js';
import lines from '../../fixtures/plugins/lines-reader.js';
import { put, refusal, temporaryFolder } from './files.js';

const folder = temporaryFolder();
const file = join(folder, 'pictures.txt');

beforeAll(() => {
  readers.add(lines);
  put(folder, 'pictures.txt', 'up .#.#\nflat ##..\n\nup .#.#\n');
});

describe('a reader from outside', () => {
  it('reads what its notation names, and says what it has to say', async () => {
    const said: string[] = [];
    const warn = (line: string) => said.push(line);
    const dataset = await loadDataset(`lines:${file}?side=2`, { reporter: { warn } });
    expect(dataset).toMatchObject({ shape: [1, 2, 2], count: 3, classNames: ['flat', 'up'] });
    expect([...dataset.x]).toEqual([0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    expect([...(dataset.labels ?? [])]).toEqual([1, 0, 1]);
    expect(said).toEqual([`${file}: empty lines are left out`]);
  });

  it('says which files a sandbox has to show', () => {
    expect(filesOfNotation('lines:a/b,c.txt?side=2')).toEqual([resolve('a/b,c.txt')]);
  });

  it.each([
    ['lines:f', 'side= is missing', undefined],
    ['lines:f?side=0', 'side=0 is no side of a picture', undefined],
    ['lines:f?side=2&ink=o', 'ink=o', 'it is # or x'],
    ['lines:f?side=2&paper=.', 'unknown key "paper"', 'lines knows side, ink'],
    ['lines:f#left?side=2', '"left" is not key=value', /%23/],
  ])('has %s refused before anything is opened or shown', async (notation, why, hint) => {
    for (const action of [() => loadDataset(notation), () => filesOfNotation(notation)]) {
      const refused = await refusal(action);
      expect(refused).toMatchObject({ code: 'usage', message: `data "${notation}": ${why}` });
      if (hint instanceof RegExp) expect(refused.hint).toMatch(hint);
      else expect(refused.hint).toBe(hint);
    }
  });

  it('is named where another is not known', async () => {
    const { hint } = await refusal(() => loadDataset('line:f'));
    expect(hint).toMatch(/^it is idx, hdf5, .*, lines/);
  });

  it('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(loadDataset(`lines:${file}?side=2`, { signal })).rejects.toThrow('enough');
  });

  it('cannot take a name that is taken', () => {
    expect(() => readers.add({ ...lines, name: 'csv' })).toThrow('there is a reader "csv" already');
  });
});

describe('what a reader returns is checked', () => {
  const good: Dataset = {
    source: 'odd:x',
    kind: 'image',
    shape: [1, 1, 2],
    count: 2,
    x: Float32Array.of(0, 1, 0.5, 1),
    labels: Int32Array.of(0, 1),
    classNames: ['a', 'b'],
  };
  let given: Dataset = good;
  beforeAll(() =>
    readers.add(
      defineReader({
        name: 'odd',
        description: 'whatever the test wants',
        example: 'odd:x',
        options: z.object({}),
        files: () => [],
        read: () => given,
      }),
    ),
  );

  it('and taken where it is right', async () => {
    given = good;
    expect(await loadDataset('odd:x')).toEqual(good);
  });

  const table = { kind: 'table', shape: [2], columns: ['a', 'b'] } as const;
  it.each<[string, Partial<Dataset>]>([
    ['samples of shape [2] are no image', { shape: [2] }],
    ['no samples', { count: 0, x: new Float32Array(0), labels: undefined }],
    ['4 values where 3 samples of [1, 1, 2] are declared', { count: 3 }],
    ['value NaN in sample 1 is outside 0..1', { x: Float32Array.of(0, 1, NaN, 1) }],
    ['value 2 in sample 0 is outside 0..1', { x: Float32Array.of(0, 2, 0, 1) }],
    [
      'value -Infinity in sample 1 is infinite',
      { ...table, x: Float32Array.of(0, 2, -Infinity, NaN) },
    ],
    ['1 names of columns, each once, where 2 are due', { ...table, columns: ['a'] }],
    ['2 names of columns, each once, where 2 are due', { ...table, columns: ['a', 'a'] }],
    ['1 labels for 2 samples', { labels: Int32Array.of(0) }],
    ['label 2 of sample 1 is no class', { labels: Int32Array.of(0, 2) }],
    ['label -1 of sample 0 is no class', { labels: Int32Array.of(-1, 0) }],
    ['1 row numbers for 2 samples', { rowNumbers: [0] }],
  ])('%s', async (why, wrong) => {
    given = { ...good, ...wrong };
    expect(await refusal(() => loadDataset('odd:x'))).toMatchObject({
      code: 'data',
      message: `odd:x: ${why}`,
    });
  });
});

describe('defineReader', () => {
  const whole = {
    name: 'toy',
    description: 'toys',
    example: 'toy:BOX',
    options: z.object({ n: z.string().describe('how many') }),
    files: () => [],
    read: () => Promise.reject(new Error('never read')),
  };

  it('returns the definition with its kind', () => {
    expect(defineReader(whole)).toEqual({ ...whole, kind: 'reader' });
  });

  it.each([
    ['needs a description', { description: '' }],
    ['its example has to begin with toy:', { example: 'box:TOY' }],
    ['its options are no object schema of zod', { options: {} as typeof whole.options }],
    [
      'the option "n" needs .describe(…) as its last call',
      { options: z.object({ n: z.string() }) },
    ],
    ['needs the functions files and read', { files: undefined as unknown as () => [] }],
  ])('refuses one that %s', (why, wrong) => {
    expect(() => defineReader({ ...whole, ...wrong })).toThrow(`reader "toy": ${why}`);
  });
});
