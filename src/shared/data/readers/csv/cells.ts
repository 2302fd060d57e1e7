import type { CsvOptions } from './options.js';

const MISSING = /^(?:|na|n\/a|nan|null|none|\?)$/i;
/** Decimal only: `0x1f` and `1_000` are not meant as numbers where data is tabulated. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DECIMAL_COMMA = /^[+-]?\d*,\d+$/;

/** What cells of a table mean. */
export interface Cells {
  /** Empty, `NA` and the like, or one of those that `missing=` names. */
  isMissing(cell: string): boolean;
  /** The number of a cell that is not missing; undefined where it is none that float32 holds. */
  number(cell: string): number | undefined;
  /** What may help where a cell is no number. */
  hint(cell: string): string | undefined;
}

export function cellsOf({ decimal, missing = [] }: CsvOptions): Cells {
  const comma = decimal === 'comma';
  const parse = (cell: string): number => {
    const text = cell.trim();
    const plain = comma ? text.replace(',', '.') : text;
    // with decimal commas a point groups thousands, or the option is wrong: neither is guessed
    return NUMBER.test(plain) && !(comma && text.includes('.')) ? Number(plain) : NaN;
  };
  const codes = missing.map((code) => code.trim());
  const words = new Set(codes.map((code) => code.toLowerCase()));
  const numbers = new Set(codes.filter((code) => NUMBER.test(code)).map(Number));
  const isMissing = (cell: string): boolean => {
    const text = cell.trim();
    return MISSING.test(text) || words.has(text.toLowerCase()) || numbers.has(parse(text));
  };
  return {
    isMissing,
    number: (cell) => {
      const value = parse(cell);
      return Number.isFinite(Math.fround(value)) ? value : undefined;
    },
    hint: (cell) =>
      !comma && DECIMAL_COMMA.test(cell.trim())
        ? 'if that is a decimal comma, say decimal=comma'
        : undefined,
  };
}

/** Truth values, where a whole column is nothing else. */
export const TRUTH: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
]);
