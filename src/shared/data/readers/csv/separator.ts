import { usage } from '../../notation.js';
import { option } from '../../options.js';

const SEPARATORS: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
  space: ' ',
};

/** A line that spreadsheets write first: `sep=;`. */
const DECLARED = /^"?sep=(.)"?\r?\n/i;

export interface Separated {
  text: string;
  separator: string;
  /** Lines taken off at the beginning. */
  skipped: number;
}

/**
 * The separator that `sep=` (or `separator=`) names, by its word or itself, or the one that the text
 * declares; a comma where nobody says so. A run of spaces separates once.
 *
 * @throws FedshotError `usage`
 */
export function separated(
  text: string,
  source: string,
  { sep, separator: other }: { sep?: string; separator?: string },
): Separated {
  if (sep !== undefined && other !== undefined)
    throw usage(source, 'sep= and separator= are the same: give one');
  const said = sep ?? other;
  const declared = DECLARED.exec(text);
  const body = declared ? text.slice(declared[0].length) : text;
  const used = said ?? declared?.[1] ?? ',';
  return {
    text: used === ' ' ? squeezed(body) : body,
    separator: used,
    skipped: declared ? 1 : 0,
  };
}

/** A separator by its word, or itself. */
export const separator = () =>
  option((said, refuse) => {
    const found = Object.hasOwn(SEPARATORS, said)
      ? SEPARATORS[said]
      : Object.values(SEPARATORS).find((character) => character === said);
    return (
      found ??
      refuse('', `it is ${Object.keys(SEPARATORS).join(', ')}, or one of , ; | and %09 for a tab`)
    );
  });

/** Runs of spaces and tabs become one space, those at either end of a line none; quoted ones stay. */
const squeezed = (text: string): string =>
  text
    .replace(/"(?:[^"]|"")*"|[ \t]+/g, (piece) => (piece.startsWith('"') ? piece : ' '))
    .replace(/^ | (?=\r?$)/gm, '');

/**
 * What the first lines look as if they were separated by, if not by what was used: for a hint.
 */
export function likelySeparator(text: string, used: string): string | undefined {
  const lines = text
    .slice(0, 10_000)
    .split(/\r?\n/, 6)
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/"(?:[^"]|"")*"/g, ''));
  const counts = (separator: string): number[] =>
    lines.map((line) => line.trim().split(separator === ' ' ? / +/ : separator).length);
  for (const word of ['semicolon', 'tab', 'pipe', 'comma', 'space']) {
    const separator = SEPARATORS[word]!;
    const [first = 1, ...others] = counts(separator);
    if (separator !== used && first > 1 && others.every((n) => n === first)) return `sep=${word}`;
  }
  return undefined;
}
