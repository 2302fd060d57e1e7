import { FedshotError } from '../errors.js';
import { classesOf } from './label-values.js';
import type { RawArray, RawLabels } from './raw.js';
import type { Dataset } from './types.js';

const LARGEST_LABEL = 0xffff;

/** What labels make of a dataset. */
export type Labelled = Pick<Dataset, 'labels' | 'classNames' | 'matching'>;

/**
 * The column of `[N, D]` labels with this number, from 0; the labels themselves where none is named.
 * @throws FedshotError `data`
 */
export function labelColumn(target: RawLabels, at: number | undefined): RawLabels {
  if (at === undefined) return target;
  const [count = 0, width = 1] = target.shape;
  if ('words' in target || target.shape.length !== 2 || at >= width)
    throw bad(target.name, `[${target.shape.join(', ')}] has no column ${at} of labels`);
  const { values } = target;
  const taken = Array.from({ length: count }, (_, i) => Number(values[i * width + at]));
  return { ...target, shape: [count], values: taken };
}

/**
 * Distinct labels become classes, as in a table: 1..10 are ten, {1, 4, 7} three.
 *
 * @param data the samples that they are of
 * @param fold takes words that differ in case or space for one class
 * @throws FedshotError `data`
 */
export function toLabels(
  target: RawLabels,
  data: Pick<RawArray, 'name' | 'shape'>,
  fold: boolean,
): Labelled {
  const { name, shape } = target;
  if (shape.slice(1).some((size) => size !== 1))
    throw bad(
      name,
      `labels of shape [${shape.join(', ')}] where [N] is expected`,
      shapeHint(shape),
    );
  const length = 'words' in target ? target.words.length : target.values.length;
  const [count = 0] = data.shape;
  if (length !== count)
    throw bad(
      name,
      `${length} labels for the ${count} samples of ${data.name}`,
      data.shape.at(-1) === length && data.shape.length > 1
        ? 'the samples lie along the last axis, as MATLAB writes them: order=matlab'
        : undefined,
    );
  if ('words' in target) return labelsOfWords(target.words, name, fold);
  return labelsOfNumbers(
    Array.from({ length }, (_, i) => Number(target.values[i])),
    name,
  );
}

/** @param hint what may help where words are alike @throws FedshotError `data` */
export function labelsOfWords(
  words: readonly string[],
  name: string,
  fold: boolean,
  hint?: string,
): Labelled {
  const at = words.findIndex((word) => word.trim() === '');
  if (at >= 0) throw bad(name, `sample ${at} has no label`);
  return { ...classesOf(words, name, fold, hint), matching: { fold } };
}

/** @throws FedshotError `data` for numbers that cannot be classes */
export function labelsOfNumbers(values: readonly number[], name: string): Labelled {
  const distinct = new Set(values);
  const signs = distinct.size === 2 && distinct.has(1) && distinct.has(-1); // as SVMs have them
  const at = values.findIndex(
    (label) => !Number.isInteger(label) || (label < 0 && !signs) || label > LARGEST_LABEL,
  );
  if (at < 0) return { ...classesOf(values.map(String), name), matching: { numbers: true } };
  const label = values[at] ?? NaN;
  throw bad(
    name,
    `label ${label} of sample ${at} is not a class index`,
    label < 0 ? 'leave samples without a label out, or number the classes from 0' : undefined,
  );
}

function shapeHint([n, width]: readonly number[]): string {
  if (n === 1) return 'written by MATLAB? order=matlab';
  return width === 8
    ? 'these are QMNIST’s extended labels: the class is the first column, label=0'
    : 'one-hot labels become [N] by argmax; of several columns label=COLUMN takes one';
}

function bad(name: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${name}: ${why}`, { hint });
}
