import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { asFedshotError, FedshotError } from './errors.js';

/** Makes a rename durable: on Linux the directory entry has to be synced as well as the file. */
export function fsyncDir(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Makes a folder, and those above it, that others may read but not write, whatever the umask says. One
 * by one: where a folder vanishes meanwhile, Node's own recursion can go round for ever.
 *
 * @param mode permission bits, 0o700 for what is private
 * @param below a folder that is never made, nor any above it: if it has disappeared, that is an error
 * @throws the operating system's error
 */
export function makeFolder(dir: string, mode = 0o755, below?: string): void {
  const missing: string[] = [];
  const top = below === undefined ? undefined : resolve(below);
  for (let at = resolve(dir); at !== top && !existsSync(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse())
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process has made it
    }
}

/** A name beside `path` for what is not whole yet; {@link sweepTemporary} knows it again. */
export const temporaryPath = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** Whether a file is one that a killed process may have left half-written. */
export const isTemporary = (name: string): boolean => TEMPORARY.test(name);

/** What a temporary file or folder is called once it is whole. */
export const wholeName = (temporary: string): string =>
  temporary.slice(1).replace(/\.[0-9a-f]+\.tmp$/, '');

/**
 * Removes what killed processes have left half-written in a folder. Call it only as the folder's one
 * writer at the time: under its lock, or where no other process can write.
 *
 * @param of what the file is called when it is whole: others stay, since somebody else may be writing them
 * @throws the operating system's error
 */
export function sweepTemporary(dir: string, of = /^/): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir).filter(isTemporary))
    if (of.test(wholeName(name))) rmSync(join(dir, name), { recursive: true, force: true });
}

/** Writes a new file and waits until it is on the disk. @throws the operating system's error */
export function writeNewFile(path: string, data: Uint8Array | string, mode = 0o644): void {
  const fd = openSync(path, 'wx', mode);
  try {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes a file so that it is either absent, old or whole: temp file in the same folder, fsync,
 * rename, fsync of the folder.
 *
 * @param mode permission bits, 0o600 for secrets
 * @param below a folder that has to be there; unless given, folders are made as needed
 * @throws FedshotError `io`
 */
export function writeFileAtomic(
  path: string,
  data: Uint8Array | string,
  mode = 0o644,
  below?: string,
): void {
  const temp = temporaryPath(path);
  try {
    makeFolder(dirname(path), undefined, below);
    writeNewFile(temp, data, mode);
    renameSync(temp, path);
    fsyncDir(dirname(path));
  } catch (error) {
    rmSync(temp, { force: true });
    throw asFedshotError(error, 'io', `cannot write ${path}`);
  }
}

/** The most that a file which is read whole may hold: what a Buffer takes. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Reads a regular file whole: of a pipe one might wait for ever, and a device never ends.
 *
 * @param most bytes that it may have
 * @throws FedshotError `not-found` when it is missing, `limit` when it is larger than `most`, `io` for
 *   anything else
 */
export function readBytes(path: string, most = MOST_BYTES): Buffer {
  let fd: number | undefined;
  try {
    // Without O_NONBLOCK the opening of a pipe waits for somebody to write into it.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new FedshotError('io', `${path}: not a regular file`);
    if (stat.size > most)
      throw new FedshotError('limit', `${path}: ${stat.size} bytes, and at most ${most} are read`);
    const bytes = Buffer.alloc(stat.size);
    let at = 0;
    for (let got; at < bytes.length && (got = readSync(fd, bytes, at, bytes.length - at, at)) > 0;)
      at += got;
    return bytes.subarray(0, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FedshotError('not-found', `no such file: ${path}`, { cause: error });
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
