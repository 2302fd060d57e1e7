import { FedshotError } from '../../../errors.js';
import { missingCells } from '../../columns.js';
import { classesOf } from '../../label-values.js';
import type { Dataset, ExpectedInput } from '../../types.js';
import { cellsOf, TRUTH, type Cells } from './cells.js';
import { chooseColumns, abbreviate, type Columns } from './columns.js';
import type { CsvInput } from './options.js';
import { readRows, type Row, type Rows } from './rows.js';

/**
 * Reads a table: rows without any value are left out.
 * @throws FedshotError `not-found`, `data`, `usage`, `limit`
 */
export function readCsv(input: CsvInput, takes?: ExpectedInput): Dataset {
  return tableDataset(input, readRows(input, cellsOf(input.options)), takes);
}

/**
 * A dataset of rows of text, wherever they come from.
 * @throws FedshotError `data`, `limit`
 */
export function tableDataset(input: CsvInput, table: Rows, takes?: ExpectedInput): Dataset {
  const { source, path, options } = input;
  const cells = cellsOf(options);
  if (table.rows.length === 0) throw bad(path, 'no samples');
  const notes: string[] = [];
  const columns = chooseColumns(input, table, takes, notes);
  const rows = withValues(table, columns, cells, notes);
  if (rows.length === 0) throw bad(path, 'no samples: no row holds a value');
  const x = toNumbers(rows, columns, cells, path, table);
  const { kept, keptNames } = columns;
  return {
    source,
    kind: 'table',
    shape: [kept.length],
    count: rows.length,
    x,
    columns: keptNames,
    missing: missingCells(x, kept.length),
    notes,
    ...(rows.some(({ number }, i) => number !== i) && {
      rowNumbers: rows.map(({ number }) => number),
    }),
    ...(columns.label === undefined ? {} : toLabels(rows, columns.label, cells, input)),
  };
}

/** Rows that hold a value: of one without any the model would answer for the medians alone. */
function withValues(
  { rows, blank, empty }: Rows,
  { kept }: Columns,
  cells: Cells,
  notes: string[],
): Row[] {
  const full = rows.filter((row) => kept.some((i) => !cells.isMissing(row.cells[i] ?? '')));
  const none = rows.filter((row) => kept.every((i) => cells.isMissing(row.cells[i] ?? '')));
  const left = [...blank, ...none.map(({ line }) => line)].sort((a, b) => a - b);
  if (empty > 0) notes.push(`${empty} empty ${empty === 1 ? 'line is' : 'lines are'} left out`);
  if (left.length > 0)
    notes.push(
      `${left.length} ${left.length === 1 ? 'row without any value is' : 'rows without any value are'} left out and not counted, on line ${abbreviate(left)}`,
    );
  return full;
}

function toNumbers(
  rows: readonly Row[],
  { kept, names }: Columns,
  cells: Cells,
  path: string,
  { header, likely }: Rows,
): Float32Array {
  const x = new Float32Array(rows.length * kept.length);
  const wrong: { column: number; row: number; cell: string }[] = [];
  kept.forEach((column, i) => {
    const value = columnReader(rows, column, cells);
    const at = rows.findIndex(({ cells: row }, r) => {
      const cell = row[column] ?? '';
      const read = cells.isMissing(cell) ? NaN : value(cell);
      x[r * kept.length + i] = read ?? NaN;
      return read === undefined;
    });
    if (at >= 0) wrong.push({ column, row: at, cell: rows[at]?.cells[column] ?? '' });
  });
  const [first] = wrong;
  if (!first) return x;
  const name = (column: number): string => names[column] ?? '';
  const said = `"${first.cell.slice(0, 40)}" is not a number`;
  const leave = wrong.map(({ column }) =>
    /[,&#?%=+]/.test(name(column)) ? String(column) : name(column),
  );
  const hint =
    cells.hint(first.cell) ??
    (kept.length === 1 && likely ? `is another separator meant? ${likely}` : undefined) ??
    (!header && first.row === 0 ? 'if the first row holds names, say header=yes' : undefined) ??
    `leave ${wrong.length === 1 ? 'the column' : 'them'} out with ignore=${leave.join(',')}`;
  const number = rows[first.row]?.number ?? 0;
  const where = `row ${number + 1}, column "${name(first.column)}": ${said}`;
  if (wrong.length === 1) throw bad(path, where, hint);
  const all = wrong.map(({ column }) => `"${name(column)}"`);
  throw bad(path, `${all.length} columns hold words, ${abbreviate(all, 20)} (${where})`, hint);
}

/** How a column's cells become numbers: as such, or as truth values if they all are. */
function columnReader(
  rows: readonly Row[],
  column: number,
  cells: Cells,
): (cell: string) => number | undefined {
  const truth = (cell: string): number | undefined => TRUTH.get(cell.trim().toLowerCase());
  const all = rows.every(({ cells: row }) => {
    const cell = row[column] ?? '';
    return cells.isMissing(cell) || truth(cell) !== undefined;
  });
  return all ? truth : (cell) => cells.number(cell);
}

function toLabels(
  rows: readonly Row[],
  column: number,
  cells: Cells,
  { path, options }: CsvInput,
): Pick<Dataset, 'labels' | 'classNames' | 'matching'> {
  const texts = rows.map((row) => row.cells[column] ?? '');
  const missing = texts.findIndex((text) => cells.isMissing(text));
  if (missing >= 0) {
    const text = texts[missing]?.trim() ?? '';
    const hint = text === '' ? undefined : `"${text}" stands for a missing value`;
    throw bad(path, `row ${(rows[missing]?.number ?? 0) + 1} has no label`, hint);
  }
  const fold = options.labels === 'fold';
  return { ...classesOf(texts, path, fold), matching: { fold } };
}

function bad(path: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${path}: ${why}`, { hint });
}
