import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../../errors.js';
import { BEGINNING, formatOf } from '../../pictures/decoders/raster/sniff.js';
import { abbreviate } from '../csv/columns.js';
import { byCharacters, folderEntries, LITTER, walk } from '../walk.js';
import { groupsBy } from './groups.js';
import type { ImagesInput, Listed } from './options.js';

/** Files that are taken for pictures by their names; whether they are shows when they are decoded. */
const NAMED = /\.(jpe?g|jpe|jfif|png|webp|tiff?|bmp|dib|gif)$/i;

/** Files below a folder, as paths below it. */
interface Found {
  readonly pictures: string[];
  /** Files that are none. */
  readonly others: string[];
  litter: number;
}

/**
 * Lists the pictures of a folder: one folder per class, with all that lies below it, or pictures alone
 * and then no labels. Sorted by name, character by character, as Python's `sorted`.
 *
 * @throws FedshotError `not-found`, `io`, `data`
 */
export function listFolder(input: ImagesInput, signal?: AbortSignal): Listed {
  const { path, options } = input;
  const top = folderEntries(path);
  const folders = top.filter((entry) => entry.folder && !LITTER.test(entry.name));
  const loose = emptyFound();
  for (const { name, folder } of top)
    if (LITTER.test(name)) loose.litter++;
    else if (!folder) sort(path, name, loose);
  const classes = folders.map(({ name }) => ({ name, found: below(join(path, name), signal) }));
  const filled = classes.filter(({ found }) => found.pictures.length > 0);
  if (filled.length > 0 && loose.pictures.length > 0)
    throw new FedshotError(
      'data',
      `${path}: ${loose.pictures.length} pictures lie beside the folders of the classes, such as ${loose.pictures[0] ?? ''}`,
      { hint: 'move them into the folder of their class, or name a folder without folders' },
    );
  const all = [{ name: '', found: loose }, ...filled];
  const names = all.flatMap(({ found }) => found.pictures);
  if (names.length === 0) throw new FedshotError('data', `${path}: no pictures`);
  return {
    files: all.flatMap(({ name, found }) => found.pictures.map((file) => join(path, name, file))),
    ...(filled.length > 0 && {
      labels: filled.flatMap(({ name, found }) => found.pictures.map(() => name)),
    }),
    ...(options.group !== undefined && { groups: groupsBy(options.group, names, input) }),
    notes: notesOn(
      [loose, ...classes.map(({ found }) => found)],
      classes.filter(isEmpty).map(nameOf),
    ),
  };
}

const emptyFound = (): Found => ({ pictures: [], others: [], litter: 0 });
const isEmpty = ({ found }: { found: Found }): boolean => found.pictures.length === 0;
const nameOf = ({ name }: { name: string }): string => name;

function notesOn(found: readonly Found[], empty: readonly string[]): string[] {
  const others = found.flatMap((one) => one.others);
  const litter = found.reduce((sum, one) => sum + one.litter, 0);
  return [
    others.length > 0 &&
      `${counted(others.length, 'file')} left out that are no pictures: ${abbreviate(others)}`,
    litter > 0 &&
      `${counted(litter, 'hidden file or folder', 'hidden files and folders')} left out`,
    empty.length > 0 && `no pictures in ${abbreviate(empty)}: no class of the data`,
  ].filter((note): note is string => note !== false);
}

const counted = (n: number, one: string, more = `${one}s`): string =>
  `${n} ${n === 1 ? one : more}`;

/** All that lies below the folder of a class, whatever is between. */
function below(folder: string, signal: AbortSignal | undefined): Found {
  const found = emptyFound();
  const litter = (): void => {
    found.litter++;
  };
  walk(folder, { file: (at) => sort(folder, at, found), litter }, signal);
  // of all paths and not folder by folder, so that the order is that of the names
  found.pictures.sort(byCharacters);
  return found;
}

/** A file whose name says nothing is a picture if it begins as one. */
function sort(folder: string, file: string, found: Found): void {
  const is = NAMED.test(file) || begins(join(folder, file));
  (is ? found.pictures : found.others).push(file);
}

function begins(path: string): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would wait
    if (!fstatSync(fd).isFile()) return false;
    const bytes = new Uint8Array(BEGINNING);
    return formatOf(bytes.subarray(0, readSync(fd, bytes, 0, BEGINNING, 0))) !== undefined;
  } catch {
    return false; // named as what is left out
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
