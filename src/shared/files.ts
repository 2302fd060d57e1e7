import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
 * Writes a file so that it is either absent, old or whole: temp file in the same folder, fsync,
 * rename, fsync of the folder.
 *
 * @param mode permission bits, 0o600 for secrets
 * @throws FedshotError `io`
 */
export function writeFileAtomic(path: string, data: Uint8Array | string, mode = 0o644): void {
  const dir = dirname(path);
  const temp = join(dir, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  let made = false;
  try {
    mkdirSync(dir, { recursive: true });
    const fd = openSync(temp, 'wx', mode);
    made = true;
    try {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temp, path);
    fsyncDir(dir);
  } catch (error) {
    if (made) rmSync(temp, { force: true });
    throw asFedshotError(error, 'io', `cannot write ${path}`);
  }
}

/** Reads a file. @throws FedshotError `not-found` when it is missing, `io` for anything else */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FedshotError('not-found', `no such file: ${path}`, { cause: error });
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  }
}
