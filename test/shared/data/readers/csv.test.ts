import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/index.js';
import type { Dataset } from '../../../../src/shared/data/types.js';
import { put, refusal, temporaryFolder } from '../files.js';

const folder = temporaryFolder();
const load = (text: string | Uint8Array, options = ''): Promise<Dataset> =>
  loadDataset(`csv:${put(folder, 'table.csv', text)}${options}`);

describe('readCsv', () => {
  it('reads a table with a header and a label column by name', async () => {
    const dataset = await load(
      'age,finding,dose\n61,sick,1.5\n40,well,\n"52",sick,-2e1\n',
      '#label=finding',
    );
    expect(dataset).toMatchObject({
      kind: 'table',
      shape: [2],
      count: 3,
      columns: ['age', 'dose'],
    });
    expect([...dataset.x]).toEqual([61, 1.5, 40, NaN, 52, -20]);
    expect(dataset.classNames).toEqual(['sick', 'well']);
    expect(dataset.labels).toEqual(Int32Array.of(0, 1, 0));
  });

  it('reads a table without a header and a label column by position', async () => {
    const dataset = await load('1,2,0\n3,4,1\n', '#label=2');
    expect(dataset).toMatchObject({ columns: ['#0', '#1'], classNames: ['0', '1'], count: 2 });
    expect([...dataset.x]).toEqual([1, 2, 3, 4]);
  });

  it('gives the same features whether or not the label column is there', async () => {
    const labelled = await load('9,1,2\n9,3,4\n', '#label=0');
    const unlabelled = await load('1,2\n3,4\n');
    expect(unlabelled.columns).toEqual(labelled.columns);
    expect(unlabelled.x).toEqual(labelled.x);
    expect(unlabelled.labels).toBeUndefined();
  });

  it('believes what it is told about the header', async () => {
    expect((await load('a,b\n1,2\n', '?header=yes')).columns).toEqual(['a', 'b']);
    expect((await load('2020,2021\n1,2\n', '?header=yes')).columns).toEqual(['2020', '2021']);
    expect((await load('1,x\n2,y\n', '?header=no&label=1')).count).toBe(2);
  });

  it('sorts numeric class names as numbers', async () => {
    expect((await load('1,10\n1,9\n1,2\n', '#label=1')).classNames).toEqual(['2', '9', '10']);
  });

  it.each(['', 'NA', 'n/a', 'NaN', 'null', '?'])('takes "%s" for a missing value', async (cell) => {
    expect((await load(`a,b\n1,${cell}\n`)).x[1]).toBeNaN();
  });

  it('reads a byte-order mark, CRLF, tabs and gzip', async () => {
    const text = '\uFEFFa\tb\r\n1\t2\r\n';
    const dataset = await load(gzipSync(text), '?separator=tab');
    expect(dataset.columns).toEqual(['a', 'b']);
    expect([...dataset.x]).toEqual([1, 2]);
  });

  it('leaves out the columns to ignore', async () => {
    const dataset = await load('id,a,name\nx1,5,Ann\n', '?ignore=id,name');
    expect(dataset.columns).toEqual(['a']);
  });

  it.each([
    ['an empty file', '', '', 'no samples'],
    ['a header alone', 'a,b\n', '', 'no samples'],
    ['a column that is not there', 'a,b\n1,2\n', '#label=c', 'no column "c"'],
    ['a position that is not there', '1,2\n', '#label=2', 'no column "2"'],
    ['a column name twice', 'a,a\n1,2\n', '', 'two columns are named "a"'],
    ['text among numbers', 'a,b\n1,2\n3,Bob\n', '', 'row 2, column "b": "Bob" is not a number'],
    ['infinity', 'a,b\n1,Infinity\n', '', 'row 1, column "b": "Infinity" is not a number'],
    ['more than float32 holds', 'a,b\n1,1e39\n', '', 'row 1, column "b": "1e39" is not a number'],
    ['a row without a label', 'a,y\n1,p\n2,\n', '#label=y', 'row 2 has no label'],
    ['nothing but labels', 'y\np\nq\n', '#label=y', 'no column is left to learn from'],
  ])('refuses %s', async (_, text, options, why) => {
    const { code, message } = await refusal(() => load(text, options));
    expect(code).toBe('data');
    expect(message).toMatch(/table\.csv: /);
    expect(message.split('table.csv: ')[1]).toBe(why);
  });

  it('refuses rows of different lengths by line', async () => {
    const { code, message } = await refusal(() => load('a,b\n1,2\n3\n'));
    expect(code).toBe('data');
    expect(message).toMatch(/table\.csv: .*on line 3/);
  });

  it.each([
    ['?header=maybe', 'header=maybe'],
    ['?separator=colon', 'separator=colon'],
  ])('refuses %s', async (options, why) => {
    const { code, message } = await refusal(() => load('a\n1\n', options));
    expect(code).toBe('usage');
    expect(message).toMatch(new RegExp(`: ${why}$`));
  });
});
