import { FedshotError } from '../errors.js';
import type { Dataset } from './types.js';

type Labels = Required<Pick<Dataset, 'labels' | 'classNames'>>;

/** Without an exponent: `1E5` and `10E4` are names of wells on a plate, not one number. */
const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/**
 * What two labels have in common that are one class: numbers compare as numbers (`1`, `1.0`, `01`),
 * words as they are written. Numbers that a double does not hold exactly stay words.
 */
export function labelKey(text: string): string {
  const trimmed = text.trim();
  if (!PLAIN_NUMBER.test(trimmed)) return text;
  const value = Number(trimmed);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && trimmed.length <= 16
    ? String(value + 0) // −0 is 0
    : trimmed;
}

/** The same for two spellings of a word: case, space, ligatures and invisible characters aside. */
export const foldedKey = (text: string): string =>
  labelKey(
    text
      .normalize('NFKC')
      .replace(/\p{Cf}/gu, '')
      .replace(/\s+/gu, ' ')
      .trim()
      .toLowerCase(),
  );

export const isNumberName = (name: string): boolean => PLAIN_NUMBER.test(name.trim());

/**
 * Makes classes of labels: their distinct values, sorted as numbers if they all are.
 *
 * @param texts one label per sample, none of them missing
 * @param fold takes spellings that differ in case or space only for one class; they are refused
 *   without it, since neither one class nor two is certain to be meant
 * @param name of the labels, for messages
 * @param hint what may help where they are refused
 * @throws FedshotError `data`
 */
export function classesOf(
  texts: readonly string[],
  name: string,
  fold = false,
  hint = 'labels=fold takes them for one class; if they are two, name them apart in the file',
): Labels {
  const spellings = new Map<string, Map<string, number>>(); // key → spelling → how often
  const keyOf = fold ? foldedKey : labelKey;
  const known = new Map<string, string>();
  for (const text of texts) {
    let key = known.get(text);
    if (key === undefined) known.set(text, (key = keyOf(text)));
    const counts = spellings.get(key) ?? new Map<string, number>();
    if (counts.size === 0) spellings.set(key, counts);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (!fold) refuseAlike([...spellings.keys()], name, hint);
  const classes = [...spellings].map(([key, counts]) => ({ key, name: nameOf(key, counts) }));
  const numeric = classes.every(({ key }) => isNumberName(key));
  classes.sort((a, b) =>
    numeric ? Number(a.key) - Number(b.key) : a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
  const index = new Map(classes.map(({ key }, i) => [key, i]));
  return {
    labels: Int32Array.from(texts, (text) => index.get(known.get(text) ?? '') ?? -1),
    classNames: classes.map((one) => one.name),
  };
}

/** The only spelling; else a number's shortest form, or the word written most often. */
function nameOf(key: string, counts: ReadonlyMap<string, number>): string {
  const all = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const [first = key] = all.map(([text]) => text.trim());
  return all.length > 1 && isNumberName(key) ? key : first;
}

function refuseAlike(keys: readonly string[], name: string, hint: string): void {
  const folded = new Map<string, string[]>();
  for (const key of keys) folded.set(foldedKey(key), [...(folded.get(foldedKey(key)) ?? []), key]);
  const alike = [...folded.values()].find((group) => group.length > 1);
  if (!alike) return;
  const spelt = alike.map((text) => JSON.stringify(text)).join(', ');
  throw new FedshotError('data', `${name}: the labels ${spelt} differ in case or space only`, {
    hint,
  });
}
