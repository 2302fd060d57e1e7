import type { DataSet } from 'dicom-parser';
import { FedshotError } from '../../../../errors.js';
import { checkSize } from '../limits.js';
import { BIG_ENDIAN, PIXEL_DATA, type DicomFile } from './file.js';

/** What the header says of the pixels (PS3.3, C.7.6.3). */
export interface PixelHeader {
  readonly path: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samples: 1 | 3;
  readonly photometric: string;
  /** Bits of a word, of its value, and the number of the value's highest. */
  readonly allocated: number;
  readonly stored: number;
  readonly high: number;
  readonly signed: boolean;
  /** Colour after colour, in place of side by side. */
  readonly planar: boolean;
  /** Where the bytes of the pixels begin; `length` is undefined where they are encapsulated. */
  readonly at: number;
  readonly length: number | undefined;
  /** Numbers have their highest byte first, and words of `vr` OW are swapped so. */
  readonly bigEndian: boolean;
  readonly vr: string | undefined;
}

const UNDEFINED_LENGTH = 0xffffffff;
/** A file that announces more frames is refused, since each becomes a sample. */
const MOST_FRAMES = 100_000;

/**
 * Reads and checks what the pixels are; nothing of their size is allocated before.
 * @returns undefined for a file without pixels: a report, a plan, a directory of files
 * @throws FedshotError `data`, `limit`
 */
export function pixelHeader({ path, header, syntax, size }: DicomFile): PixelHeader | undefined {
  const element = header.elements[PIXEL_DATA];
  if (!element) return undefined;
  const bad = (why: string, hint?: string): FedshotError =>
    new FedshotError('data', `${path}: ${why}`, { hint });
  const [rows, columns] = [header.uint16('x00280010') ?? 0, header.uint16('x00280011') ?? 0];
  checkSize(path, columns, rows);
  const samples = header.uint16('x00280002') ?? 1;
  if (samples !== 1 && samples !== 3) throw bad(`${samples} samples a pixel; read are 1 and 3`);
  const allocated = header.uint16('x00280100') ?? 0;
  if (![1, 8, 16, 32].includes(allocated))
    throw bad(`words of ${allocated} bits; read are 1, 8, 16 and 32`);
  const stored = header.uint16('x00280101') ?? allocated;
  const high = header.uint16('x00280102') ?? stored - 1;
  if (stored < 1 || high < stored - 1 || high >= allocated)
    throw bad(`${stored} bits up to bit ${high} do not fit in words of ${allocated}`);
  const undefinedLength = element.hadUndefinedLength ?? element.length === UNDEFINED_LENGTH;
  const pixels: PixelHeader = {
    path,
    rows,
    columns,
    frames: framesOf(header, bad),
    samples,
    photometric: (header.string('x00280004') ?? (samples === 1 ? 'MONOCHROME2' : 'RGB')).trim(),
    allocated,
    stored,
    high,
    signed: header.uint16('x00280103') === 1,
    planar: samples > 1 && header.uint16('x00280006') === 1,
    at: element.dataOffset,
    length: undefinedLength ? undefined : element.length,
    bigEndian: syntax === BIG_ENDIAN,
    vr: element.vr,
  };
  if (leastBytes(pixels) > size)
    throw bad(
      `${size} bytes, too few for ${pixels.frames} frames of ${columns} × ${rows}`,
      'copy it again, or leave it out',
    );
  return pixels;
}

function framesOf(header: DataSet, bad: (why: string, hint?: string) => FedshotError): number {
  const text = header.string('x00280008')?.trim() ?? '';
  if (text === '') return 1;
  if (!/^\+?\d+$/.test(text)) throw bad(`"${text.slice(0, 12)}" is no number of frames`);
  const frames = Number(text);
  if (frames >= 1 && frames <= MOST_FRAMES) return frames;
  throw bad(`announces ${frames} frames`, `a file has 1 to ${MOST_FRAMES}`);
}

/** Bytes that pixels take at least: an item each where they are compressed. */
function leastBytes(pixels: PixelHeader): number {
  const { frames, rows, columns, samples, allocated, length, photometric } = pixels;
  if (length === undefined) return 8 * frames;
  const words = photometric === 'YBR_FULL_422' ? 2 : samples;
  return Math.floor((frames * rows * columns * words * allocated) / 8);
}
