import { parse } from 'csv-parse/sync';
import { FedshotError } from '../../errors.js';
import { positionalColumns } from '../arrays.js';
import { usage, type Notation } from '../notation.js';
import type { Dataset } from '../types.js';
import { readMaybeGzip } from './bytes.js';

const MISSING = /^(?:|na|n\/a|nan|null|none|\?)$/i;
const SEPARATORS: Record<string, string> = { comma: ',', semicolon: ';', tab: '\t' };

/**
 * `csv:FILE[#label=COLUMN]`: one sample per row, all columns but the label numbers, missing values
 * (empty, `NA`, `NaN`, `null`, `?`) NaN. COLUMN is a name or a position from 0.
 *
 * Other options: `header=yes|no` (without it, the first row is a header if none of its cells is a
 * number or missing), `ignore=COLUMN,COLUMN`, `separator=comma|semicolon|tab`.
 *
 * @throws FedshotError `not-found`, `data`, `usage`
 */
export function readCsv(notation: Notation): Dataset {
  const { source, path, options } = notation;
  const rows = parseRows(notation);
  const header = hasHeader(notation, rows) ? rows.shift()! : undefined;
  if (rows.length === 0) throw bad(path, 'no samples');
  const width = rows[0]!.length;
  const names = header ?? Array.from({ length: width }, (_, i) => String(i));
  const duplicate = names.find((name, i) => names.indexOf(name) !== i);
  if (duplicate !== undefined) throw bad(path, `two columns are named "${duplicate}"`);

  const find = (column: string): number => {
    const at =
      names.includes(column) || !/^\d+$/.test(column) ? names.indexOf(column) : Number(column);
    if (at < 0 || at >= width)
      throw bad(path, `no column "${column}"`, `it has ${names.slice(0, 12).join(', ')}`);
    return at;
  };
  const label = options.has('label') ? find(options.get('label')!) : undefined;
  const ignored = (options.get('ignore')?.split(',') ?? []).map(find);
  const kept = names.map((_, i) => i).filter((i) => i !== label && !ignored.includes(i));
  if (kept.length === 0) throw bad(path, 'no column is left to learn from');

  const x = new Float32Array(rows.length * kept.length);
  rows.forEach((row, r) => {
    kept.forEach((column, i) => {
      const at = `row ${r + 1}, column "${names[column]!}"`;
      x[r * kept.length + i] = toNumber(row[column]!, path, at, names[column]!);
    });
  });
  return {
    source,
    kind: 'table',
    shape: [kept.length],
    count: rows.length,
    x,
    columns: header ? kept.map((i) => names[i]!) : positionalColumns(kept.length),
    ...(label === undefined ? {} : toLabels(rows, label, path)),
  };
}

function parseRows({ source, path, options }: Notation): string[][] {
  const separator = options.get('separator') ?? 'comma';
  if (!Object.hasOwn(SEPARATORS, separator))
    throw usage(source, `separator=${separator}`, `it is ${Object.keys(SEPARATORS).join(', ')}`);
  const bytes = readMaybeGzip(path);
  try {
    return parse(Buffer.from(bytes), {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      delimiter: SEPARATORS[separator],
    });
  } catch (cause) {
    throw new FedshotError('data', `${path}: ${(cause as Error).message}`, { cause });
  }
}

function hasHeader({ source, options }: Notation, rows: readonly string[][]): boolean {
  const said = options.get('header');
  if (said !== undefined && said !== 'yes' && said !== 'no')
    throw usage(source, `header=${said}`, 'it is yes or no');
  if (said !== undefined) return said === 'yes' && rows.length > 0;
  return rows[0]?.every((cell) => !MISSING.test(cell) && Number.isNaN(Number(cell))) ?? false;
}

function toNumber(cell: string, path: string, at: string, column: string): number {
  if (MISSING.test(cell)) return NaN;
  const value = Number(cell);
  if (!Number.isFinite(Math.fround(value)))
    throw bad(
      path,
      `${at}: "${cell.slice(0, 40)}" is not a number`,
      `leave the column out with ignore=${column}`,
    );
  return value;
}

function toLabels(
  rows: readonly string[][],
  column: number,
  path: string,
): Required<Pick<Dataset, 'labels' | 'classNames'>> {
  const texts = rows.map((row) => row[column]!);
  const missing = texts.findIndex((text) => MISSING.test(text));
  if (missing >= 0) throw bad(path, `row ${missing + 1} has no label`);
  const unique = [...new Set(texts)];
  const numeric = unique.every((text) => /^-?\d+$/.test(text));
  const classNames = unique.sort(
    numeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  );
  const index = new Map(classNames.map((name, i) => [name, i]));
  return { labels: Int32Array.from(texts, (text) => index.get(text)!), classNames };
}

function bad(path: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${path}: ${why}`, { hint });
}
