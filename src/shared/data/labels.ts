import { FedshotError } from '../errors.js';
import type { Dataset } from './types.js';

/**
 * Holds a dataset's labels against a list of classes.
 *
 * Labels with names of their own (the strings of a CSV file) are matched by name, so that a file in
 * which a class does not occur still means the same; names that merely count (`0`, `1`, …) and
 * labels without names are indices.
 *
 * @param classes class names, by index
 * @returns the dataset with labels that index `classes`; the same dataset if nothing changes
 * @throws FedshotError `data` for an empty list of classes, or a label outside of it
 */
export function checkLabels(dataset: Dataset, classes: readonly string[]): Dataset {
  const { source, labels, classNames } = dataset;
  if (classes.length === 0)
    throw new FedshotError('data', `${source}: the list of classes is empty`);
  if (!labels) return dataset;
  const hint = `the classes are ${list(classes)}`;
  const byName = classNames?.map((name) => classes.indexOf(name));
  const counts = classNames?.every((name, i) => name === String(i)) ?? true;
  if (byName && (!counts || !byName.includes(-1))) {
    const at = labels.findIndex((label) => byName[label]! < 0);
    if (at >= 0)
      throw new FedshotError(
        'data',
        `${source}: label "${classNames![labels[at]!]!}" of sample ${at} is outside the ${classes.length} classes`,
        { hint },
      );
    if (byName.every((to, from) => to === from) && classNames!.length === classes.length)
      return dataset;
    return { ...dataset, labels: labels.map((label) => byName[label]!), classNames: classes };
  }
  const at = labels.findIndex((label) => label < 0 || label >= classes.length);
  if (at >= 0)
    throw new FedshotError(
      'data',
      `${source}: label ${labels[at]!} of sample ${at} is outside the ${classes.length} classes`,
      { hint },
    );
  return classNames ? { ...dataset, classNames: classes } : dataset;
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
