import { gunzipSync } from 'node:zlib';
import { FedshotError } from '../../errors.js';
import { readBytes } from '../../files.js';

/** More than any data set that fits in memory needs; stops a small file that unpacks without end. */
const MAX_UNPACKED = 2 ** 32 - 1;

/**
 * Bytes of a file, unpacked if it is gzip (by its first bytes, not by its name).
 *
 * @throws FedshotError `not-found`, `io`; `data` for a damaged gzip file
 */
export function readMaybeGzip(path: string): Uint8Array {
  const bytes = readBytes(path);
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
