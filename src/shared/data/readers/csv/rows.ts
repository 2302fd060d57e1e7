import { CsvError, parse } from 'csv-parse/sync';
import { FedshotError } from '../../../errors.js';
import { assertColumns } from '../../columns.js';
import { readMaybeGzip } from '../bytes.js';
import { sniff } from '../sniff.js';
import type { Cells } from './cells.js';
import { decodeText } from './encoding.js';
import type { CsvInput } from './options.js';
import { likelySeparator, separated } from './separator.js';

export interface Row {
  cells: string[];
  /** Line of the file, counted from 1. */
  line: number;
  /** Number among the rows, from 0, those without any cell included. */
  number: number;
}

export interface Rows {
  header?: string[];
  rows: Row[];
  /** Lines that have separators and no cell. */
  blank: number[];
  /** How many lines before the last row are empty altogether. */
  empty: number;
  /** A separator that the text looks as if it had; only where the one used is doubtful. */
  likely?: string;
}

/**
 * Rows of a table as text, blank ones left out, with its header, if there is one.
 *
 * @throws FedshotError `not-found`, `io`, `data`, `usage`, `limit`
 */
export function readRows(input: CsvInput, cells: Cells): Rows {
  const { source, path, options } = input;
  const bytes = readMaybeGzip(path);
  const is = bytes.length > 0 ? sniff(bytes, 'csv') : undefined;
  if (is) throw new FedshotError('data', `${path}: no table of text`, { hint: is });
  const { text, separator, skipped } = separated(
    decodeText(bytes, path, options.encoding),
    source,
    options,
  );
  const likely = likelySeparator(text, separator);
  const records = parseRecords(text, separator, path, likely);
  const all = records.map(({ record, info }, number) => ({
    cells: record,
    line: info.lines + skipped,
    number,
  }));
  const blank = all.filter(isBlank).map(({ line }) => line);
  const rows = all.filter((row) => !isBlank(row));
  const first = hasHeader(input, rows, cells) ? rows.shift() : undefined;
  return {
    header: first?.cells,
    rows: first ? rows.map((row) => ({ ...row, number: row.number - first.number - 1 })) : rows,
    blank,
    empty: records.at(-1)?.info.empty_lines ?? 0,
    likely,
  };
}

interface CsvRecord {
  record: string[];
  info: { lines: number; empty_lines: number };
}

const isBlank = ({ cells }: Row): boolean => cells.every((cell) => cell.trim() === '');

function parseRecords(
  text: string,
  delimiter: string,
  path: string,
  likely: string | undefined,
): CsvRecord[] {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      delimiter,
      info: true,
      // before anything is made of it
      on_record: (record) => {
        assertColumns(path, (record as unknown as CsvRecord).record.length);
        return record;
      },
    }) as unknown as CsvRecord[]; // the library's types know no info
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    const lengths = cause instanceof CsvError && cause.code.includes('RECORD_INCONSISTENT');
    throw new FedshotError('data', `${path}: ${(cause as Error).message}`, {
      hint: lengths && likely !== undefined ? `is another separator meant? ${likely}` : undefined,
      cause,
    });
  }
}

/** A first row of words, but for cells without a name: pandas leaves that of its index empty. */
function hasHeader(
  { options: { header: said }, path }: CsvInput,
  rows: readonly Row[],
  cells: Cells,
): boolean {
  const [first] = rows;
  if (!first || said !== undefined) return said === 'yes' && first !== undefined;
  const named = first.cells.filter((cell) => cell.trim() !== '');
  const counts = named.every((cell, i) => cell === String(i));
  if (counts && named.length > 2 && rows.length > 1)
    throw new FedshotError('data', `${path}: the first row is 0, 1, 2, …, names or values`, {
      hint: 'say header=yes or header=no',
    });
  return named.every((cell) => !cells.isMissing(cell) && cells.number(cell) === undefined);
}
