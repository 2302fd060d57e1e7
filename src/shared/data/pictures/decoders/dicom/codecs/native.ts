import { FedshotError } from '../../../../../errors.js';
import type { DicomFile } from '../file.js';
import type { PixelHeader } from '../header.js';
import type { Words } from './types.js';

/**
 * A frame that is not compressed: of the file only its bytes are read.
 * @throws FedshotError `data` where the file ends before it
 */
export function nativeFrame(file: DicomFile, header: PixelHeader, frame: number): Words {
  const { rows, columns, samples, frames, allocated, length = 0 } = header;
  const pixels = rows * columns;
  // twice as many Y as Cb and Cr, unless the file holds as many of all as it should not
  const halved =
    header.photometric === 'YBR_FULL_422' &&
    samples === 3 &&
    allocated === 8 &&
    length < 3 * pixels * frames;
  const words = halved ? 2 * Math.ceil(columns / 2) * 2 * rows : pixels * samples;
  const firstBit = frame * words * allocated;
  const from = Math.floor(firstBit / 8);
  const bytes = Math.ceil((firstBit + words * allocated) / 8) - from;
  if (from + bytes > length + (length % 2))
    throw new FedshotError(
      'data',
      `${file.path}: ${length} bytes of pixels, too few for ${frames} frames of ${columns} × ${rows}`,
      { hint: 'copy it again, or leave it out' },
    );
  const raw = ordered(file, header, from, bytes);
  if (allocated === 1) return { data: bitsOf(raw, firstBit % 8, words) };
  const data = wordsOf(raw, allocated);
  if (halved) return { data: doubled(raw, rows, columns), colour: 'ybr' };
  return { data: header.planar ? interleaved(data, samples) : data };
}

/** Bytes of the pixels, lowest byte first. */
function ordered(file: DicomFile, header: PixelHeader, from: number, length: number): Buffer {
  const { bigEndian, allocated, vr, at } = header;
  if (!bigEndian || (allocated < 16 && vr !== 'OW')) return file.read(at + from, length);
  if (allocated === 32) return file.read(at + from, length).swap32();
  const odd = from % 2; // bytes are swapped in words of two
  const words = file.read(at + from - odd, odd + length + ((odd + length) % 2)).swap16();
  return words.subarray(odd, odd + length);
}

/** @param bytes lowest byte first */
export function wordsOf(bytes: Uint8Array, allocated: number): Words['data'] {
  if (allocated === 8) return bytes;
  const copy = new Uint8Array(bytes); // aligned, and a Buffer's slice is no copy
  return allocated === 16
    ? new Uint16Array(copy.buffer, 0, copy.length >> 1)
    : new Uint32Array(copy.buffer, 0, copy.length >> 2);
}

/** One bit each, the lowest first. */
const bitsOf = (bytes: Uint8Array, first: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => {
    const bit = first + i;
    return (bytes[bit >> 3]! >> (bit & 7)) & 1;
  });

/** Samples of a pixel side by side, in place of plane after plane. */
export function interleaved<T extends Words['data']>(planes: T, samples: number): T {
  const pixels = planes.length / samples;
  const data = planes.map(() => 0) as T;
  for (let s = 0; s < samples; s++)
    for (let p = 0; p < pixels; p++) data[p * samples + s] = planes[s * pixels + p]!;
  return data;
}

/** Y Y Cb Cr, two pixels, to Y Cb Cr for each. */
function doubled(bytes: Uint8Array, rows: number, columns: number): Uint8Array {
  const data = new Uint8Array(rows * columns * 3);
  const stride = Math.ceil(columns / 2) * 4;
  for (let y = 0, to = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, to += 3) {
      const from = y * stride + (x >> 1) * 4;
      data[to] = bytes[from + (x & 1)]!;
      data[to + 1] = bytes[from + 2]!;
      data[to + 2] = bytes[from + 3]!;
    }
  return data;
}
