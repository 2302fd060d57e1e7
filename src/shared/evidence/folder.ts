import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { asFedshotError, FedshotError } from '../errors.js';
import { fsyncDir, makeFolder, readBytes, temporaryPath, writeNewFile } from '../files.js';
import { sha256 } from '../release/fields.js';
import { EVIDENCE_FILE, type HandedFile } from './statement.js';

/** Something in a folder, at any depth. */
export interface FolderEntry {
  /** From the folder, with slashes. */
  readonly path: string;
  readonly size: number;
  readonly kind: 'file' | 'folder' | 'other';
}

/** All that is below a folder, in the order of names; links are not followed. @throws FedshotError `io` */
export function entriesOf(dir: string): FolderEntry[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .map((entry): FolderEntry => {
        const path = join(entry.parentPath, entry.name);
        const name = relative(dir, path).split(sep).join('/');
        if (entry.isDirectory()) return { path: name, size: 0, kind: 'folder' };
        const size = entry.isFile() ? lstatSync(path).size : 0;
        return { path: name, size, kind: entry.isFile() ? 'file' : 'other' };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot list ${dir}`);
  }
}

/** @throws FedshotError `usage` for a new folder that would lie in one that it is made from */
export function assertOutside(out: string, folders: readonly string[]): void {
  for (const folder of folders)
    if (join(resolve(out), sep).startsWith(join(resolve(folder), sep)))
      throw new FedshotError('usage', `${out} is in ${folder}, of which it is made`, {
        hint: 'give a folder elsewhere',
      });
}

/**
 * Writes a new folder, whole or not at all.
 *
 * @param files contents by path; folders are made as needed
 * @param look at the folder before it has its name; what it throws leaves nothing behind
 * @throws FedshotError `io`, also when it is there already
 */
export function writeTree(
  out: string,
  files: ReadonlyMap<string, Uint8Array>,
  look: (dir: string) => void = () => undefined,
): void {
  const temp = temporaryPath(resolve(out));
  try {
    makeFolder(temp, 0o700);
    for (const [path, bytes] of files) {
      makeFolder(dirname(join(temp, path)), 0o700);
      writeNewFile(join(temp, path), bytes, 0o600);
    }
    for (const { path, kind } of entriesOf(temp)) if (kind === 'folder') fsyncDir(join(temp, path));
    fsyncDir(temp);
    look(temp);
    renameSync(temp, out);
    fsyncDir(dirname(resolve(out)));
  } catch (error) {
    rmSync(temp, { recursive: true, force: true });
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code))
      throw new FedshotError('io', `${out} is there already; nothing was changed`, {
        hint: 'give a folder that is not there yet',
        cause: error,
      });
    throw asFedshotError(error, 'io', `cannot write ${out}`);
  }
}

/** Removes folders without any file, whose names an index does not cover. @throws FedshotError `io` */
export function dropEmptyFolders(dir: string): void {
  const entries = entriesOf(dir);
  const needed = new Set(
    entries.flatMap(({ path, kind }) => (kind === 'folder' ? [] : foldersOf(path))),
  );
  for (const { path, kind } of entries)
    if (kind === 'folder' && !needed.has(path))
      rmSync(join(dir, path), { recursive: true, force: true });
}

/** What of a folder is not as its index says, each line with the name of a file; none for nothing. */
export function handedFaults(dir: string, files: readonly HandedFile[]): string[] {
  const listed = new Map(files.map((file) => [file.path, file]));
  const needed = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const found = entriesOf(dir).filter(({ path }) => path !== EVIDENCE_FILE);
  const there = new Set(found.map(({ path }) => path));
  return [
    ...files.filter(({ path }) => !there.has(path)).map(({ path }) => `${path} is missing`),
    ...(listed.size === files.length ? [] : [`${EVIDENCE_FILE} lists a file twice`]),
    ...found.flatMap(({ path, kind, size }) => {
      const file = listed.get(path);
      if (kind === 'folder' && !file)
        return needed.has(path) ? [] : [`${path}: a folder that nothing needs`];
      if (!file) return [`${path} was added: the index does not list it`];
      if (kind !== 'file') return [`${path}: a link, or no regular file`];
      return size === file.size && digestOf(join(dir, path), size) === file.sha256
        ? []
        : [`${path} was changed: it is not the file that the index lists`];
    }),
  ];
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

function digestOf(path: string, size: number): string | undefined {
  try {
    return sha256(readBytes(path, size));
  } catch {
    return undefined; // it can be listed and not read
  }
}
