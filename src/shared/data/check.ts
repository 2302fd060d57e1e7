import { FedshotError } from '../errors.js';
import type { PictureSet } from './pictures/types.js';
import type { Dataset, SampleInfo } from './types.js';

/**
 * Checks what a reader returned, ours or somebody else's: sizes that agree, images in 0..1, tables
 * without infinite values, labels that are classes.
 *
 * @returns the same dataset
 * @throws FedshotError `data`
 */
export function checkDataset(dataset: Dataset): Dataset {
  const { source, kind, shape, count, x } = dataset;
  const bad = (why: string): FedshotError => new FedshotError('data', `${source}: ${why}`);
  const rank = kind === 'image' ? 3 : 1;
  if (shape.length !== rank || !shape.every((size) => Number.isSafeInteger(size) && size > 0))
    throw bad(`samples of shape [${shape.join(', ')}] are no ${kind}`);
  if (!Number.isSafeInteger(count) || count < 1) throw bad('no samples');
  const size = shape.reduce((a, b) => a * b);
  if (x.length !== count * size)
    throw bad(`${x.length} values where ${count} samples of [${shape.join(', ')}] are declared`);
  const at = kind === 'image' ? x.findIndex(isNoGrey) : x.findIndex(isInfinite);
  if (at >= 0)
    throw bad(
      `value ${x[at] ?? NaN} in sample ${Math.floor(at / size)} is ${kind === 'image' ? 'outside 0..1' : 'infinite'}`,
    );
  checkNames(dataset, bad);
  return dataset;
}

const isNoGrey = (value: number): boolean => !(value >= 0 && value <= 1);
const isInfinite = (value: number): boolean => Math.abs(value) === Infinity;

/** As {@link checkDataset}, for pictures, of which no pixel is read yet. */
export function checkPictures(set: PictureSet): PictureSet {
  const { source, count, refs, held, groups } = set;
  const bad = (why: string): FedshotError => new FedshotError('data', `${source}: ${why}`);
  if (!Number.isSafeInteger(count) || count < 1) throw bad('no pictures');
  if (!held && refs.length !== count) throw bad(`${refs.length} files for ${count} pictures`);
  if (groups && groups.length !== count) throw bad(`${groups.length} groups for ${count} pictures`);
  checkLabelNumbers(set, bad);
  return set;
}

function checkNames(dataset: Dataset, bad: (why: string) => FedshotError): void {
  const { kind, shape, columns } = dataset;
  if (kind === 'table' && (columns?.length !== shape[0] || new Set(columns).size !== shape[0]))
    throw bad(
      `${columns?.length ?? 0} names of columns, each once, where ${shape[0] ?? 0} are due`,
    );
  checkLabelNumbers(dataset, bad);
}

function checkLabelNumbers(
  { count, labels, classNames, rowNumbers }: SampleInfo,
  bad: (why: string) => FedshotError,
): void {
  if (rowNumbers && rowNumbers.length !== count)
    throw bad(`${rowNumbers.length} row numbers for ${count} samples`);
  if (!labels) return;
  if (labels.length !== count) throw bad(`${labels.length} labels for ${count} samples`);
  const most = classNames?.length ?? Infinity;
  const at = labels.findIndex((label) => label < 0 || label >= most);
  if (at >= 0) throw bad(`label ${labels[at] ?? NaN} of sample ${at} is no class`);
}
