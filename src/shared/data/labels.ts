import { FedshotError } from '../errors.js';
import { foldedKey, isNumberName, labelKey } from './label-values.js';
import type { Dataset, SampleInfo } from './types.js';

/**
 * Holds a dataset's labels against a list of classes.
 *
 * Labels are matched by their values, so that a file in which a class does not occur still means the
 * same: numbers as numbers (`1.0` is the class `1`), words as they are written. Only where no class
 * is named by a number do labels that are numbers count the classes, from 0; those of a table must
 * then count without a gap, since codes such as 1, 2, 3 would silently mean other classes.
 *
 * @param classes class names, by index
 * @returns the dataset with labels that index `classes`; the same dataset if nothing changes
 * @throws FedshotError `data` for an empty list of classes, or a label outside of it
 */
export function checkLabels<T extends SampleInfo>(dataset: T, classes: readonly string[]): T {
  const { source, labels, classNames, matching } = dataset;
  if (classes.length === 0)
    throw new FedshotError('data', `${source}: the list of classes is empty`);
  if (!labels) return dataset;
  const outside = (label: string, at: number, hint = ''): FedshotError =>
    new FedshotError(
      'data',
      `${source}: label ${label} of sample ${at} is outside the ${classes.length} classes`,
      { hint: `the classes are ${list(classes)}${hint}` },
    );
  if (!classNames || counts(dataset, classes)) {
    const values = classNames ? labels.map((label) => Number(classNames[label])) : labels;
    const at = values.findIndex((label) => label < 0 || label >= classes.length);
    if (at >= 0)
      throw outside(String(values[at]), at, '; labels that are numbers count them from 0');
    return classNames ? { ...dataset, labels: values, classNames: classes } : dataset;
  }
  const keyOf = matching?.fold ? foldedKey : labelKey;
  const byKey = new Map<string, number>();
  classes.forEach((name, i) => byKey.set(keyOf(name), byKey.get(keyOf(name)) ?? i));
  const to = classNames.map((name) => {
    const exact = classes.indexOf(name); // a release of 0.1 may have the classes 1 and 1.0
    return exact >= 0 ? exact : (byKey.get(keyOf(name)) ?? -1);
  });
  const at = labels.findIndex((label) => to[label]! < 0);
  if (at >= 0) {
    const name = classNames[labels[at]!]!;
    const alike = classes.find((one) => foldedKey(one) === foldedKey(name));
    const hint = alike === undefined ? '' : `; labels=fold takes "${name}" for "${alike}"`;
    throw outside(matching?.numbers ? name : `"${name}"`, at, hint);
  }
  if (to.every((index, from) => index === from) && classNames.length === classes.length)
    return dataset;
  return { ...dataset, labels: labels.map((label) => to[label]!), classNames: classes };
}

/** Whether labels are positions in the list of classes rather than names. */
function counts({ classNames = [], matching }: SampleInfo, classes: readonly string[]): boolean {
  if (classes.some(isNumberName) || classNames.length === 0) return false;
  return matching?.numbers
    ? classNames.every((name) => /^\d+$/.test(name))
    : classNames.every((name, i) => name === String(i));
}

/** For messages: `2000 images [1, 28, 28], labels 0: 200, 1: 200, …`. */
export function describe({ count, kind, shape, labels, classNames }: Dataset): string {
  const what = `${count} ${kind === 'image' ? 'images' : 'rows'} [${shape.join(', ')}]`;
  if (!labels) return `${what}, no labels`;
  const found = new Map<number, number>();
  for (const label of [...labels].sort((a, b) => a - b))
    found.set(label, (found.get(label) ?? 0) + 1);
  const each = [...found].map(([label, n]) => `${classNames?.[label] ?? label}: ${n}`);
  return `${what}, labels ${list(each)}`;
}

const MOST_NAMED = 20;

function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
