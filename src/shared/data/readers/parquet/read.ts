import {
  parquetMetadata,
  parquetReadObjects,
  type Compressors,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { FedshotError } from '../../../errors.js';
import { assertColumns } from '../../columns.js';
import type { Dataset, ExpectedInput } from '../../types.js';
import { readFileBytes } from '../bytes.js';
import { tableDataset } from '../csv/read.js';
import type { Row } from '../csv/rows.js';
import type { ParquetInput } from './options.js';

const MOST_CELLS = 100_000_000;
/** A page that unpacks to more is somebody's trick: writers make pages of a megabyte. */
const MOST_PAGE = 2 ** 28;
const MOST_UNPACKED = 2 ** 32 - 1;

/**
 * Reads a table. Its values become the text that a table of text would hold, so that names, missing values,
 * truth values and labels mean the same.
 *
 * @throws FedshotError `not-found`, `io`, `data`, `limit`
 */
export async function readParquet(input: ParquetInput, takes?: ExpectedInput): Promise<Dataset> {
  const { path, options } = input;
  const file = Uint8Array.from(readFileBytes(path)).buffer;
  const metadata = metadataOf(file, path);
  const ignored = new Set(options.ignore ?? []);
  const { names, kept: header } = columnsOf(metadata, path, ignored);
  const count = Number(metadata.num_rows);
  if (!(count * header.length <= MOST_CELLS))
    throw new FedshotError(
      'limit',
      `${path}: ${count} rows of ${header.length} columns; at most ${MOST_CELLS} values are read`,
      { hint: 'leave columns out with ignore=, or split the table' },
    );
  const rows = await rowsOf(file, metadata, header, path);
  if (rows.length !== count)
    throw new FedshotError('data', `${path}: ${rows.length} rows where ${count} are announced`);
  const table = { header, rows, blank: [], empty: 0 };
  // by its name, since numbers count the columns that were left out too
  const { label } = options;
  const named =
    label !== undefined && !names.includes(label) ? (names[Number(label)] ?? label) : label;
  const left = { ...options, label: named, ignore: undefined };
  return tableDataset({ ...input, options: left }, table, takes);
}

/** @throws FedshotError `data`, `limit` */
function metadataOf(file: ArrayBuffer, path: string): FileMetaData {
  let metadata: FileMetaData;
  try {
    metadata = parquetMetadata(file);
  } catch (error) {
    throw damaged(path, error);
  }
  const unpacked = metadata.row_groups
    .flatMap(({ columns }) => columns)
    .reduce((sum, { meta_data: data }) => sum + Number(data?.total_uncompressed_size ?? 0), 0);
  if (unpacked > MOST_UNPACKED)
    throw new FedshotError('limit', `${path}: unpacks to ${unpacked} bytes`);
  return metadata;
}

/**
 * Names of the columns but for those that are left out, by name or counted from 0.
 * @throws FedshotError `data` for one that holds more than a value in a row, or is not there; `limit`
 */
function columnsOf(
  { schema }: FileMetaData,
  path: string,
  ignored: ReadonlySet<string>,
): { names: string[]; kept: string[] } {
  const names: string[] = [];
  const nested = new Set<string>();
  for (let at = 1; at < schema.length;) {
    const element = schema[at];
    if (!element) break;
    names.push(element.name);
    if (element.num_children || element.repetition_type === 'REPEATED') nested.add(element.name);
    at = behind(schema, at);
  }
  assertColumns(path, names.length);
  const missing = [...ignored].find(
    (name) => !names.includes(name) && !(Number(name) < names.length),
  );
  if (missing !== undefined)
    throw new FedshotError('data', `${path}: no column "${missing}"`, {
      hint: `it has ${names.slice(0, 12).join(', ')}`,
    });
  const kept = names.filter((name, i) => !ignored.has(name) && !ignored.has(String(i)));
  const bad = kept.find((name) => nested.has(name));
  if (bad === undefined) return { names, kept };
  throw new FedshotError('data', `${path}: column "${bad}" holds lists or records`, {
    hint: `leave it out with ignore=${encodeURIComponent(bad)}`,
  });
}

/** The first element behind one and all that belong to it. */
function behind(schema: FileMetaData['schema'], at: number): number {
  let next = at + 1;
  for (let left = schema[at]?.num_children ?? 0; left > 0 && next < schema.length; left--)
    next = behind(schema, next);
  return next;
}

async function rowsOf(
  file: ArrayBuffer,
  metadata: FileMetaData,
  columns: string[],
  path: string,
): Promise<Row[]> {
  try {
    const objects = await parquetReadObjects({
      file,
      metadata,
      columns,
      compressors: bounded(path),
    });
    return objects.map((object, number) => ({
      cells: columns.map((name) => textOf(object[name])),
      line: number + 1,
      number,
    }));
  } catch (error) {
    if (error instanceof FedshotError) throw error;
    throw damaged(path, error);
  }
}

/** A value as a table of text would hold it; empty where there is none. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      if (value === null || value === undefined) return '';
      return value instanceof Date ? value.toISOString() : 'bytes';
  }
}

/** Pages are unpacked into what their headers announce: not into anything. */
function bounded(path: string): Compressors {
  const wrapped = Object.entries(compressors).map(([name, unpack]) => [
    name,
    (packed: Uint8Array, length: number) => {
      if (length > MOST_PAGE)
        throw new FedshotError('limit', `${path}: a page that unpacks to ${length} bytes`);
      return unpack(packed, length);
    },
  ]);
  return Object.fromEntries(wrapped) as Compressors;
}

function damaged(path: string, error: unknown): FedshotError {
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  return new FedshotError('data', `${path}: no Parquet table, or damaged (${said.slice(0, 80)})`, {
    hint: 'copy it again',
    cause: error,
  });
}
