import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { files } from '../folders.js';

/** The largest file that an auditor is ever given; a larger one is reported and not read. */
export const MOST_FILE_BYTES = 2 ** 30;
const BLOCK = 2 ** 20;

/** What was audited, so that anybody can say later whether it was the same. */
export interface ArtefactDigest {
  /** SHA-256, hex: of a file's bytes, or of a folder's list (see `folderDigest`). */
  readonly sha256: string;
  readonly files: number;
  readonly bytes: number;
}

/** SHA-256 of a regular file; undefined for anything else. */
function fileDigest(path: string): { sha256: string; bytes: number } | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MOST_FILE_BYTES) return undefined;
    const hash = createHash('sha256');
    const block = Buffer.allocUnsafe(BLOCK);
    let bytes = 0;
    for (
      let got;
      bytes < stat.size && (got = readSync(fd, block, 0, BLOCK, null)) > 0;
      bytes += got
    )
      hash.update(block.subarray(0, got));
    return { sha256: hash.digest('hex'), bytes };
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * The SHA-256 over the lines that `sha256sum` prints for a folder's files, in the order of their
 * names' bytes: `find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
 */
function folderDigest(dir: string): ArtefactDigest {
  const hash = createHash('sha256');
  let [count, bytes] = [0, 0];
  const names = files(dir).map((path) => [relative(dir, path), path] as const);
  for (const [name, path] of names.sort(([a], [b]) => byBytes(a, b))) {
    const file = fileDigest(path);
    // A line that no file can have: what is not regular changes the digest as well.
    hash.update(file ? `${file.sha256}  ${name}\n` : `not a regular file  ${name}\n`);
    count++;
    bytes += file?.bytes ?? 0;
  }
  return { sha256: hash.digest('hex'), files: count, bytes };
}

/** The digest of a file or a folder; undefined for what is not there or is neither. */
export function artefactDigest(path: string): ArtefactDigest | undefined {
  try {
    if (statSync(path).isDirectory()) return folderDigest(path);
  } catch {
    return undefined;
  }
  const file = fileDigest(path);
  return file && { sha256: file.sha256, files: 1, bytes: file.bytes };
}
