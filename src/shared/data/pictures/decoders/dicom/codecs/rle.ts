import { FedshotError } from '../../../../../errors.js';
import type { PixelHeader } from '../header.js';
import { wordsOf } from './native.js';
import type { Words } from './types.js';

/** Sixteen numbers: how many segments there are, and where each begins. */
const HEADER = 64;

/**
 * RLE Lossless (PS3.5, annex G): a segment for each byte of each sample, the highest byte first, packed as
 * PackBits does.
 */
export function decodeRle(bytes: Uint8Array, header: PixelHeader): Words {
  const { path, rows, columns, samples, allocated } = header;
  const size = allocated / 8;
  const pixels = rows * columns;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = bytes.length < HEADER ? 0 : view.getUint32(0, true);
  if (segments !== samples * size)
    throw new FedshotError(
      'data',
      `${path}: ${segments} segments of RLE where ${samples * size} are due`,
    );
  const data = new Uint8Array(pixels * samples * size);
  for (let segment = 0; segment < segments; segment++) {
    const from = view.getUint32(4 + 4 * segment, true);
    const to = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    const sample = Math.floor(segment / size);
    const first = sample * size + (size - 1 - (segment % size));
    const done = unpack(bytes.subarray(from, to), data, first, samples * size, pixels);
    if (done < pixels)
      throw new FedshotError('data', `${path}: its RLE data end in the middle`, {
        hint: 'copy it again, or leave it out',
      });
  }
  return { data: wordsOf(data, allocated) };
}

/** @returns how many bytes were written, `most` at most */
function unpack(
  packed: Uint8Array,
  to: Uint8Array,
  first: number,
  step: number,
  most: number,
): number {
  let done = 0;
  for (let at = 0; at < packed.length && done < most;) {
    const n = packed[at++]!;
    if (n === 128) continue;
    const count = Math.min(n < 128 ? n + 1 : 257 - n, most - done);
    if (n < 128 && at + count > packed.length) return done;
    if (n > 128 && at >= packed.length) return done;
    for (let i = 0; i < count; i++, done++)
      to[first + done * step] = packed[n < 128 ? at + i : at]!;
    at += n < 128 ? n + 1 : 1;
  }
  return done;
}
