import { FedshotError } from '../errors.js';
import { labelsOfNumbers, labelsOfWords, type Labelled } from './array-labels.js';
import { labelKey } from './label-values.js';
import type { InMemoryData } from './types.js';

/**
 * Labels of samples in memory, held against their classes where these are named.
 * @throws FedshotError `usage` for classes that cannot be meant, `data` for labels
 */
export function memoryLabels(
  { labels, classes }: Pick<InMemoryData, 'labels' | 'classes'>,
  source: string,
  count: number,
): Labelled {
  if (classes && (new Set(classes).size !== classes.length || classes.includes('')))
    throw new FedshotError('usage', `${source}: its classes need names, each of its own`);
  if (labels === undefined) return {};
  const given: readonly (number | string)[] = Array.from<number | string>(labels);
  if (given.length !== count) throw bad(source, `${given.length} labels for ${count} samples`);
  const numbers = given.filter((label) => typeof label === 'number');
  const words = given.filter((label) => typeof label === 'string');
  if (numbers.length !== count && words.length !== count)
    throw bad(source, 'its labels are neither all numbers nor all words');
  const named = numbers.length === count;
  if (classes) {
    const to = named ? numbers : placesOf(words, classes);
    return ofClasses(to, given, classes, source);
  }
  return named
    ? labelsOfNumbers(numbers, source)
    : labelsOfWords(words, source, false, 'spell them alike, or name the classes');
}

/** Where words stand among the classes, −1 where they do not. */
function placesOf(words: readonly string[], classes: readonly string[]): number[] {
  const byKey = new Map(classes.map((name, i) => [labelKey(name), i]));
  const exact = new Map(classes.map((name, i) => [name, i]));
  return words.map((word) => exact.get(word) ?? byKey.get(labelKey(word)) ?? -1);
}

function ofClasses(
  places: readonly number[],
  given: readonly (number | string)[],
  classes: readonly string[],
  source: string,
): Labelled {
  const at = places.findIndex(
    (place) => !Number.isInteger(place) || place < 0 || place >= classes.length,
  );
  if (at >= 0)
    throw bad(
      source,
      `label ${JSON.stringify(given[at])} of sample ${at} is outside the ${classes.length} classes`,
      `the classes are ${classes.slice(0, 20).join(', ')}; labels that are numbers count them from 0`,
    );
  return { labels: Int32Array.from(places), classNames: [...classes] };
}

function bad(source: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${source}: ${why}`, { hint });
}
