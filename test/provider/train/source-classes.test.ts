import { describe, expect, it } from 'vitest';
import { assertClasses } from '../../../src/provider/train/source-classes.js';
import { classesOf } from '../../../src/shared/data/label-values.js';
import type { Dataset } from '../../../src/shared/data/types.js';
import { silent } from '../../../src/shared/reporter.js';
import { refusal } from '../../shared/data/files.js';

const labelled = (texts: string[]): Dataset => ({
  source: 'csv:t.csv',
  kind: 'table',
  shape: [1],
  count: texts.length,
  x: new Float32Array(texts.length),
  ...classesOf(texts, 't.csv'),
});
const many = (n: number, text: (i: number) => string): Dataset =>
  labelled(Array.from({ length: n }, (_, i) => text(i)));

describe('assertClasses', () => {
  it.each<[string, Dataset]>([
    ['one class per row', many(240, (i) => String(1.5 * i))],
    ['nearly as many', many(90, (i) => String(i % 80))],
    ['words that are names', many(30, (i) => `patient ${i}`)],
    ['decimals that repeat', many(400, (i) => String((i % 30) / 4))],
    ['three rows of three', labelled(['a', 'b', 'c'])],
  ])('refuses %s', async (_, dataset) => {
    expect(await refusal(() => assertClasses(dataset))).toMatchObject({
      code: 'data',
      message: expect.stringMatching(/^csv:t\.csv: \d+ classes in \d+ samples$/) as string,
      hint: expect.stringMatching(/measurement/) as string,
    });
  });

  it.each<[string, Dataset]>([
    ['two classes in two rows', labelled(['a', 'b'])],
    ['ten digits', many(40, (i) => String(i % 10))],
    ['grades with halves', many(60, (i) => String(1 + (i % 6) / 2))],
    ['letters', many(260, (i) => String(1 + (i % 26)))],
  ])('lets %s pass', (_, dataset) => {
    expect(() => assertClasses(dataset)).not.toThrow();
  });

  it('asks about many numbers with few samples each', () => {
    const said: string[] = [];
    const reporter = { ...silent, warn: (line: string) => void said.push(line) };
    assertClasses(
      many(240, (i) => String(18 + (i % 70))),
      reporter,
    );
    expect(said).toEqual(['csv:t.csv: 70 classes in 240 samples: are the labels a measurement?']);
  });
});
