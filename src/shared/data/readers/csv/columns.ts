import { FedshotError } from '../../../errors.js';
import { positionalColumns } from '../../columns.js';
import type { ExpectedInput } from '../../types.js';
import type { CsvInput } from './options.js';
import type { Rows } from './rows.js';

/** Which columns of a table are read, as positions. */
export interface Columns {
  names: readonly string[];
  label?: number;
  kept: number[];
  /** What the kept ones are called in the dataset. */
  keptNames: string[];
}

/**
 * Chooses the columns: all but the label and those to ignore, or those that the model takes.
 *
 * @param notes gains a line for what is left aside
 * @throws FedshotError `data` for a column that is not there
 */
export function chooseColumns(
  { path, options }: CsvInput,
  { header, rows }: Rows,
  takes: ExpectedInput | undefined,
  notes: string[],
): Columns {
  const bad = (why: string, hint?: string): FedshotError =>
    new FedshotError('data', `${path}: ${why}`, { hint });
  const width = rows[0]?.cells.length ?? 0;
  const names = header ?? Array.from({ length: width }, (_, i) => String(i));
  const at = new Map(names.map((name, i) => [name, i]));
  const has = `it has ${names.slice(0, 12).join(', ')}`;
  const duplicate = names.find((name, i) => name !== '' && at.get(name) !== i);
  if (duplicate !== undefined) throw bad(`two columns are named "${duplicate}"`);
  const find = (column: string): number => {
    const found = at.get(column) ?? (/^\d+$/.test(column) ? Number(column) : -1);
    if (found < 0 || found >= width) throw bad(`no column "${column}"`, has);
    return found;
  };
  const label = options.label === undefined ? undefined : find(options.label);
  const aside = new Set((options.ignore ?? []).map(find));
  const index = header && indexColumn(names, rows);
  if (index !== undefined && index !== label && !aside.has(index)) {
    aside.add(index);
    notes.push(`column ${index} has no name and is left aside, as the index of a data frame`);
  }
  names.forEach((name, i) => {
    if (name !== '' || i === label || aside.has(i)) return;
    if (rows.some(({ cells }) => cells[i] !== ''))
      throw bad(`column ${i} has no name`, `name it, or leave it out with ignore=${i}`);
    aside.add(i); // a separator at the end of every line
  });
  const free = names.map((_, i) => i).filter((i) => i !== label && !aside.has(i));
  const kept = header ? taken(free, names, takes, notes) : free;
  if (kept.length === 0) throw bad('no column is left to learn from');
  return {
    names,
    label,
    kept,
    keptNames: header ? kept.map((i) => names[i] ?? '') : positionalColumns(kept.length),
  };
}

/** pandas and R write the index first, without a name; read and written again it is `Unnamed: 0`. */
function indexColumn(names: readonly string[], rows: Rows['rows']): number | undefined {
  if (names[0] === '' && names.length > 1 && rows.some(({ cells }) => cells[0] !== '')) return 0;
  const at = names.findIndex((name) => /^Unnamed: \d+$/.test(name));
  const first = Number(rows[0]?.cells[at]);
  return at >= 0 && rows.every(({ cells }, i) => Number(cells[at]) === first + i) ? at : undefined;
}

/** Of the free columns those that the model takes, if it is known and they are all there. */
function taken(
  free: number[],
  names: readonly string[],
  takes: ExpectedInput | undefined,
  notes: string[],
): number[] {
  const wanted = new Set(takes?.columns ?? []);
  const kept = free.filter((i) => wanted.has(names[i] ?? ''));
  if (wanted.size === 0 || kept.length < wanted.size) return free;
  const others = free.filter((i) => !wanted.has(names[i] ?? '')).map((i) => names[i] ?? '');
  if (others.length > 0)
    notes.push(`left aside, since the model does not take them: ${abbreviate(others)}`);
  return kept;
}

/** Names for a message, the first of many. */
export const abbreviate = (names: readonly (string | number)[], most = 8): string =>
  names.slice(0, most).join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
