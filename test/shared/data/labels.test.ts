import { describe, expect, it } from 'vitest';
import { checkLabels, describe as describeDataset } from '../../../src/shared/data/index.js';
import type { Dataset } from '../../../src/shared/data/types.js';
import { refusal } from './files.js';

const dataset = (labels?: number[], classNames?: string[]): Dataset => ({
  source: 'csv:t.csv',
  kind: 'table',
  shape: [1],
  count: labels?.length ?? 3,
  x: new Float32Array(labels?.length ?? 3),
  columns: ['a'],
  labels: labels && Int32Array.from(labels),
  classNames,
});

describe('checkLabels', () => {
  it('lets indices within the classes pass, and data without labels', () => {
    const indices = dataset([0, 2, 1]);
    expect(checkLabels(indices, ['a', 'b', 'c'])).toBe(indices);
    expect(checkLabels(dataset(), ['a', 'b']).labels).toBeUndefined();
  });

  it('matches names where the data lacks a class or orders them otherwise', () => {
    const { labels, classNames } = checkLabels(dataset([0, 1, 1], ['b', 'c']), ['a', 'b', 'c']);
    expect(labels).toEqual(Int32Array.of(1, 2, 2));
    expect(classNames).toEqual(['a', 'b', 'c']);
    expect(checkLabels(dataset([0, 1], ['1', '2']), ['0', '1', '2']).labels).toEqual(
      Int32Array.of(1, 2),
    );
  });

  it('takes names that only count for indices', () => {
    const { labels, classNames } = checkLabels(dataset([0, 1], ['0', '1']), ['well', 'sick']);
    expect(labels).toEqual(Int32Array.of(0, 1));
    expect(classNames).toEqual(['well', 'sick']);
  });

  it.each<[string, Dataset, string[], string]>([
    [
      'an index past the end',
      dataset([0, 7]),
      ['a', 'b'],
      'label 7 of sample 1 is outside the 2 classes',
    ],
    [
      'a name that is no class',
      dataset([0, 1], ['a', 'x']),
      ['a', 'b'],
      'label "x" of sample 1 is outside the 2 classes',
    ],
    [
      'a counting name past the end',
      dataset([0, 1, 2], ['0', '1', '2']),
      ['a', 'b'],
      'label 2 of sample 2 is outside the 2 classes',
    ],
    ['an empty list of classes', dataset([0]), [], 'the list of classes is empty'],
  ])('refuses %s', async (_, data, classes, why) => {
    expect(await refusal(() => checkLabels(data, classes))).toMatchObject({
      code: 'data',
      message: `csv:t.csv: ${why}`,
    });
  });
});

describe('describe', () => {
  it('counts samples and classes', () => {
    expect(describeDataset(dataset([1, 0, 1], ['no', 'yes']))).toBe(
      '3 rows [1], labels no: 1, yes: 2',
    );
    expect(describeDataset(dataset())).toBe('3 rows [1], no labels');
  });
});
