import { statfsSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { asFedshotError, FedshotError } from '../../errors.js';
import { readBytes } from '../../files.js';

/** What Node can hold in one buffer on every system; a larger data set does not fit into memory. */
const MAX_FILE = 2 ** 31 - 1;
/** More than any data set that fits in memory needs; stops a small file that unpacks without end. */
const MAX_UNPACKED = 2 ** 32 - 1;

/** `f_type` of file systems whose files the kernel makes up: their size is no size, some never end. */
const MADE_UP: Readonly<Record<number, string>> = {
  0x9fa0: '/proc',
  0x62656572: '/sys',
  0x64626720: 'debugfs',
  0x74726163: 'tracefs',
  0x27e0eb: 'cgroup',
  0x63677270: 'cgroup',
};

/**
 * Refuses, before anything is read, what is no regular file on a disk: a pipe blocks for ever and a
 * device has no end, whatever name links to it.
 *
 * @param most bytes that it may have
 * @returns its size in bytes
 * @throws FedshotError `not-found`, `io`, `data` for what is no file, `limit` for one too large
 */
export function assertRegularFile(path: string, most = Infinity): number {
  const { stat, made } = asked(path, () => ({
    stat: statSync(path),
    made: MADE_UP[statfsSync(path).type],
  }));
  const kind = stat.isDirectory()
    ? 'a folder'
    : stat.isFIFO() || stat.isSocket()
      ? 'a pipe'
      : stat.isFile()
        ? made && `a file that ${made} makes up`
        : 'a device';
  if (kind)
    throw new FedshotError('data', `${path}: is ${kind}, not a data file`, {
      hint: 'copy the data into a file first',
    });
  if (stat.size > most)
    throw new FedshotError('limit', `${path}: ${stat.size} bytes; at most ${most} are read`, {
      hint: 'split the data, and name the parts with --data several times',
    });
  return stat.size;
}

/**
 * Bytes of a regular file.
 * @throws FedshotError `not-found`, `io`, `data`, `limit`
 */
export function readFileBytes(path: string): Buffer {
  assertRegularFile(path, MAX_FILE);
  return readBytes(path, MAX_FILE);
}

/**
 * Bytes of a file, unpacked if it is gzip (by its first bytes, not by its name).
 *
 * @throws FedshotError `not-found`, `io`, `limit`; `data` for a damaged gzip file
 */
export function readMaybeGzip(path: string): Buffer {
  const bytes = readFileBytes(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED });
  } catch (cause) {
    throw new FedshotError('data', `${path}: damaged gzip file (${(cause as Error).message})`, {
      hint: 'copy or download it again',
      cause,
    });
  }
}

function asked<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FedshotError('not-found', `no such file: ${path}`, { cause: error });
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  }
}
