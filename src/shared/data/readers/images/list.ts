import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FedshotError } from '../../../errors.js';
import { usage } from '../../notation.js';
import { readMaybeGzip } from '../bytes.js';
import { cellsOf } from '../csv/cells.js';
import { decodeText } from '../csv/encoding.js';
import { readRows, type Row } from '../csv/rows.js';
import { groupsBy } from './groups.js';
import type { ImagesInput, Listed } from './options.js';

/** How many of a list's first files are looked for, so that a wrong folder is said at once. */
const LOOKED_FOR = 20;

/** The folder that a list's paths begin in: the one that is named, else that of the list. */
export const rootOf = ({ path, options }: ImagesInput): string => options.root ?? dirname(path);

/** Names of a table's columns, if it has a header. @throws FedshotError as {@link listTable} does */
export function tableColumns({ source, path, paths, options }: ImagesInput): readonly string[] {
  const { header, sep, separator, encoding } = options;
  const csv = { header, sep, separator, encoding };
  return readRows({ source, path, paths, options: csv }, cellsOf(csv)).header ?? [];
}

/**
 * Lists the pictures that the rows of a table name.
 * @throws FedshotError `not-found`, `io`, `data`, `usage`, `limit`
 */
export function listTable(input: ImagesInput): Listed {
  const { source, path, paths, options } = input;
  const { label, labels, header, sep, separator, encoding } = options;
  if (options.path === undefined)
    throw usage(source, 'which column names the files?', 'say #path=COLUMN');
  const csv = { label, labels, header, sep, separator, encoding };
  const cells = cellsOf(csv);
  const table = readRows({ source, path, paths, options: csv }, cells);
  const column = (named: string): number => {
    const names = table.header ?? [];
    const at = names.includes(named)
      ? names.indexOf(named)
      : /^\d+$/.test(named)
        ? Number(named)
        : -1;
    if (at >= 0 && at < (table.rows[0]?.cells.length ?? 0)) return at;
    throw bad(path, `no column "${named}"`, `it has ${names.slice(0, 12).join(', ')}`);
  };
  const take = (named: string, what: string): string[] => {
    const at = column(named);
    return table.rows.map(({ cells: row, line }) => {
      const cell = row[at] ?? '';
      if (!cells.isMissing(cell)) return cell.trim();
      throw bad(path, `line ${line} has no ${what}`, 'leave the row out, or fill it in');
    });
  };
  return {
    files: absolute(take(options.path, 'path'), input),
    ...(label !== undefined && { labels: take(label, 'label') }),
    ...(options.group !== undefined && { groups: take(options.group, 'group') }),
    ...numbered(table.rows),
    notes: [],
  };
}

/**
 * Lists the pictures of a text with one `path label` on each line, as the original reads it; what stands
 * behind the last space is the label. Without any, the pictures have none.
 *
 * @throws FedshotError `not-found`, `io`, `data`, `usage`, `limit`
 */
export function listLines(input: ImagesInput): Listed {
  const { source, path, options } = input;
  if (options.label !== undefined)
    throw usage(
      source,
      `label=${options.label}: lines have no columns`,
      'of a table say path=COLUMN',
    );
  const lines = decodeText(readMaybeGzip(path), path, options.encoding)
    .split(/\r?\n/)
    .map((text, i) => ({ text: text.trim(), line: i + 1 }))
    .filter(({ text }) => text !== '');
  const parts = lines.map(({ text }) => /^(.+?)\s+(\S+)$/.exec(text));
  const labelled = parts.filter((part) => part !== null && !isFileName(part[2] ?? '')).length;
  const odd = labelled > 0 && labelled < lines.length;
  if (odd) {
    const at = parts.findIndex((part) => part === null || isFileName(part[2] ?? ''));
    throw bad(path, `line ${lines[at]?.line ?? 0} has no label, and others have one`);
  }
  const names = parts.map((part, i) => (labelled > 0 ? part?.[1] : lines[i]?.text) ?? '');
  return {
    files: absolute(names, input),
    ...(labelled > 0 && { labels: parts.map((part) => part?.[2] ?? '') }),
    ...(options.group !== undefined && { groups: groupsBy(options.group, names, input) }),
    notes: [],
  };
}

/** A path with a space in its name is no path with a label. */
const isFileName = (text: string): boolean => /\.[a-z]{3,4}$/i.test(text);

/** Paths as files. @throws FedshotError `not-found` where none of the first is there */
function absolute(names: readonly string[], input: ImagesInput): string[] {
  if (names.length === 0) throw bad(input.path, 'no pictures');
  const root = rootOf(input);
  const files = names.map((name) => resolve(root, name));
  if (!files.slice(0, LOOKED_FOR).some((file) => existsSync(file)))
    throw new FedshotError('not-found', `${input.path}: ${files[0] ?? ''} is not there`, {
      hint: 'say root=FOLDER where the paths begin in another folder than that of the list',
    });
  return files;
}

function numbered(rows: readonly Row[]): { rowNumbers?: number[] } {
  return rows.some(({ number }, i) => number !== i)
    ? { rowNumbers: rows.map(({ number }) => number) }
    : {};
}

const bad = (path: string, why: string, hint?: string): FedshotError =>
  new FedshotError('data', `${path}: ${why}`, { hint });
