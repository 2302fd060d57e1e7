import type { DataSet } from 'dicom-parser';
import { FedshotError } from '../../../../errors.js';
import type { Words } from './codecs/types.js';
import type { PixelHeader } from './header.js';
import { tableEntries } from './rules.js';

/** Descriptors and entries of red, green and blue. */
const PALETTE = [
  ['x00281101', 'x00281201'],
  ['x00281102', 'x00281202'],
  ['x00281103', 'x00281203'],
] as const;

/**
 * Looks colours up (PS3.3, C.7.6.3.1.5).
 * @throws FedshotError `data`
 */
export function paletteLevels(words: Words, header: DataSet, pixels: PixelHeader): Uint8Array {
  const { path, bigEndian, signed } = pixels;
  const tables = PALETTE.map(([descriptor, data]) => {
    const count = header.uint16(descriptor, 0) || 65_536;
    const first = (signed ? header.int16 : header.uint16).call(header, descriptor, 1) ?? 0;
    const bits = header.uint16(descriptor, 2) ?? 16;
    const entries = tableEntries(header, data, count, bits, bigEndian);
    if (!entries)
      throw new FedshotError('data', `${path}: its palette is not there, segmented or too short`);
    return { first, entries, shift: bits > 8 ? 8 : 0 };
  });
  const { data } = words;
  const mask = 2 ** pixels.stored - 1;
  const levels = new Uint8Array(3 * data.length);
  tables.forEach(({ first, entries, shift }, channel) => {
    const last = entries.length - 1;
    for (let i = 0; i < data.length; i++) {
      const at = Math.min(last, Math.max(0, (data[i]! & mask) - first));
      levels[3 * i + channel] = entries[at]! >> shift;
    }
  });
  return levels;
}

const clamped = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

/** YCbCr of 8 bits to RGB (PS3.3, C.7.6.3.1.2; ITU-R BT.601, full range). */
export function ybrToRgb(ybr: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(ybr.length);
  for (let i = 0; i + 2 < ybr.length; i += 3) {
    const [y, cb, cr] = [ybr[i]!, ybr[i + 1]! - 128, ybr[i + 2]! - 128];
    rgb[i] = clamped(y + 1.402 * cr);
    rgb[i + 1] = clamped(y - 0.344136 * cb - 0.714136 * cr);
    rgb[i + 2] = clamped(y + 1.772 * cb);
  }
  return rgb;
}
