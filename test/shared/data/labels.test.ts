import { describe, expect, it } from 'vitest';
import { checkLabels, describe as describeDataset } from '../../../src/shared/data/index.js';
import type { Dataset } from '../../../src/shared/data/types.js';
import { refusal } from './files.js';

const dataset = (
  labels?: number[],
  classNames?: string[],
  matching?: Dataset['matching'],
): Dataset => ({
  source: 'csv:t.csv',
  kind: 'table',
  shape: [1],
  count: labels?.length ?? 3,
  x: new Float32Array(labels?.length ?? 3),
  columns: ['a'],
  labels: labels && Int32Array.from(labels),
  classNames,
  matching,
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

  it('matches numbers as numbers', () => {
    const found = (names: string[], classes: string[]): number[] => [
      ...(checkLabels(
        dataset(
          names.map((_, i) => i),
          names,
          { numbers: true },
        ),
        classes,
      ).labels ?? []),
    ];
    expect(found(['1', '10'], ['1', '2', '10'])).toEqual([0, 2]);
    expect(found(['1', '7'], ['1.0', '4.0', '7.0'])).toEqual([0, 2]);
    expect(found(['4'], ['1', '4', '7'])).toEqual([1]);
    // a release of 0.1 with labels {1, 4, 7} has eight classes, one of CSV may have 1 and 1.0
    expect(found(['1', '4', '7'], ['0', '1', '2', '3', '4', '5', '6', '7'])).toEqual([1, 4, 7]);
    expect(found(['1.0', '1'], ['1', '1.0'])).toEqual([1, 0]);
  });

  it('lets numbers of an array count classes that are words, with gaps too', () => {
    const some = dataset([0, 1], ['0', '2'], { numbers: true });
    expect(checkLabels(some, ['well', 'unsure', 'sick']).labels).toEqual(Int32Array.of(0, 2));
  });

  it('matches spellings where it is told to', () => {
    const spelt = dataset([0, 1], ['NEG ', 'pos'], { fold: true });
    expect(checkLabels(spelt, ['Neg', 'Pos']).labels).toEqual(Int32Array.of(0, 1));
  });

  it.each<[string, Dataset, string[], RegExp, RegExp]>([
    ['0 where classes count from 1', dataset([0, 1], ['0', '1']), ['1', '2'], /label "0"/, /1, 2/],
    [
      'the same of an array',
      dataset([0, 1], ['0', '1'], { numbers: true }),
      ['1', '2'],
      /label 0 of sample 0/,
      /1, 2/,
    ],
    [
      'codes of a table where classes are words',
      dataset([0, 1], ['1', '2']),
      ['well', 'unsure', 'sick'],
      /label "1"/,
      /well, unsure/,
    ],
    [
      'a count beyond the words',
      dataset([0, 1], ['1', '2'], { numbers: true }),
      ['well', 'sick'],
      /label 2 of sample 1 is outside/,
      /count them from 0/,
    ],
    [
      'another spelling',
      dataset([0], ['neg']),
      ['Neg', 'Pos'],
      /label "neg"/,
      /labels=fold.*"Neg"/,
    ],
  ])('refuses %s, and says why', async (_, data, classes, message, hint) => {
    const refused = await refusal(() => checkLabels(data, classes));
    expect(refused.message).toMatch(message);
    expect(refused.hint).toMatch(hint);
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
