/** Several files that belong together: seen all old or all new, whatever ends the process. */
import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asFedshotError, FedshotError } from './errors.js';
import { fsyncDir, makeFolder, readBytes, temporaryPath, writeNewFile } from './files.js';

/** Names and contents of files; a name has no slash. */
export type Files = ReadonlyMap<string, Uint8Array | string>;

/** The folder inside of another in which its next state stands, whole, until all of it has moved out. */
const NEXT = '.next';

function fill(dir: string, files: Files, modes: Modes): void {
  makeFolder(dir, modes.folder);
  for (const [name, data] of files) writeNewFile(join(dir, name), data, modes.file);
  fsyncDir(dir);
}

export interface Modes {
  /** Permission bits, 0o600 for secrets. */
  readonly file?: number;
  readonly folder?: number;
}

/**
 * Makes a new folder with these files. It is there whole or not at all.
 *
 * @throws FedshotError `io`, also when there is such a folder already that is not empty
 */
export function writeFolder(dir: string, files: Files, modes: Modes = {}): void {
  const temp = temporaryPath(dir);
  try {
    fill(temp, files, modes);
    renameSync(temp, dir);
    fsyncDir(dirname(dir));
  } catch (error) {
    rmSync(temp, { recursive: true, force: true });
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST')
      throw new FedshotError('io', `${dir} is there already`, { cause: error });
    throw asFedshotError(error, 'io', `cannot write ${dir}`);
  }
}

/**
 * Replaces several files of a folder in one step, and leaves its other files alone. The new ones are
 * written into a folder inside, which becomes their journal by one rename; then they move out one by
 * one. A process that is killed in between has committed: {@link committedPath} finds the new ones, and
 * the next commit moves what has not moved yet. Call it from one process at a time.
 *
 * @throws FedshotError `io`; the folder's state is then all old, or all new
 */
export function commitFiles(dir: string, files: Files, modes: Modes = {}): void {
  const journal = join(dir, NEXT);
  const temp = temporaryPath(journal);
  try {
    makeFolder(dir, modes.folder);
    finishCommit(dir);
    fill(temp, files, modes);
    renameSync(temp, journal);
    fsyncDir(dir);
    finishCommit(dir);
  } catch (error) {
    rmSync(temp, { recursive: true, force: true });
    throw asFedshotError(error, 'io', `cannot write ${dir}`);
  }
}

/**
 * Moves out what a commit has left in its journal.
 * @returns whether there was one
 * @throws the operating system's error
 */
export function finishCommit(dir: string): boolean {
  const journal = join(dir, NEXT);
  if (!existsSync(journal)) return false;
  for (const name of readdirSync(journal)) {
    const temp = temporaryPath(join(dir, name));
    try {
      secondName(join(journal, name), temp);
      renameSync(temp, join(dir, name));
    } catch (error) {
      rmSync(temp, { force: true });
      throw error;
    }
  }
  fsyncDir(dir);
  // All files have moved out by now, so that a half-removed journal does no harm.
  rmSync(journal, { recursive: true, force: true });
  return true;
}

/** Where a file of a folder that {@link commitFiles} writes is to be read. */
export function committedPath(dir: string, name: string): string {
  const next = join(dir, NEXT, name);
  return existsSync(next) ? next : join(dir, name);
}

/**
 * Reads a file of a folder that {@link commitFiles} writes; also while its journal is being moved out.
 *
 * @throws FedshotError as {@link readBytes}
 */
export function readCommitted(dir: string, name: string): Buffer {
  try {
    return readBytes(join(dir, NEXT, name));
  } catch (error) {
    if (asFedshotError(error, 'io').code !== 'not-found') throw error;
    return readBytes(join(dir, name));
  }
}

/** The journal keeps its own name of the file, since it has to stay whole until all have moved. */
function secondName(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // a file system without links
  }
}
