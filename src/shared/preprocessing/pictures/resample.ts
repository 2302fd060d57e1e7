import type { Picture } from '../../data/pictures/types.js';
import { coefficients, PRECISION } from './coefficients.js';

/** Part of a picture, in pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Resizes as Pillow's `resize(…, BILINEAR)` does to 8-bit pictures, bit for bit: along rows first, rounded
 * to 8 bits, then along columns (`ImagingResample` in `Resample.c`). A side that keeps its length is left
 * as it is.
 *
 * @param height what the whole picture would be resized to
 * @param width the same
 * @param window the part that is wanted, of the picture after resizing; nothing else is computed
 */
export function resample(
  picture: Picture,
  height: number,
  width: number,
  window: Window = { top: 0, left: 0, height, width },
): Picture {
  if (picture.height === height) return toWidth(picture, width, window);
  const down = coefficients(picture.height, height, window.top, window.height);
  const last = window.height - 1;
  const top = down.from[0]!;
  const rows = down.from[last]! + down.count[last]! - top;
  const { left, width: columns } = window;
  const narrow = toWidth(picture, width, { top, left, height: rows, width: columns });
  return alongColumns(narrow, down, top, window.height);
}

/** The first pass, of the rows that the second one needs. */
const toWidth = (picture: Picture, width: number, window: Window): Picture =>
  picture.width === width ? cut(picture, window) : alongRows(picture, width, window);

/** A part of a picture; the picture itself where that is all of it. */
export function cut(picture: Picture, { top, left, height, width }: Window): Picture {
  if (height === picture.height && width === picture.width) return picture;
  const { channels } = picture;
  const length = width * channels;
  const data = new Uint8Array(height * length);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * channels;
    data.set(picture.data.subarray(from, from + length), y * length);
  }
  return { width, height, channels, data };
}

function alongRows(picture: Picture, to: number, { top, left, height, width }: Window): Picture {
  const { channels, data: source, width: size } = picture;
  const { from, count, weights, stride } = coefficients(size, to, left, width);
  const data = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = (top + y) * size * channels;
    for (let x = 0; x < width; x++) {
      const first = x * stride;
      const end = first + count[x]!;
      let pixel = row + from[x]! * channels;
      let [a, b, c] = [HALF, HALF, HALF];
      if (channels === 1) {
        for (let k = first; k < end; k++) a += Math.imul(weights[k]!, source[pixel++]!);
        data[at++] = a >> PRECISION;
        continue;
      }
      for (let k = first; k < end; k++, pixel += 3) {
        const weight = weights[k]!;
        a += Math.imul(weight, source[pixel]!);
        b += Math.imul(weight, source[pixel + 1]!);
        c += Math.imul(weight, source[pixel + 2]!);
      }
      data[at] = a >> PRECISION;
      data[at + 1] = b >> PRECISION;
      data[at + 2] = c >> PRECISION;
      at += 3;
    }
  }
  return { width, height, channels, data };
}

/** Half a level, so that shifting rounds. Weights are positive and add up to one: no sum overflows. */
const HALF = 1 << (PRECISION - 1);

function alongColumns(
  { width, channels, data: source }: Picture,
  { from, count, weights, stride }: ReturnType<typeof coefficients>,
  top: number,
  height: number,
): Picture {
  const length = width * channels;
  const data = new Uint8Array(height * length);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[y * stride + k]!;
      const row = (from[y]! - top + k) * length;
      for (let i = 0; i < length; i++) sums[i] = sums[i]! + Math.imul(weight, source[row + i]!);
    }
    const to = y * length;
    for (let i = 0; i < length; i++) data[to + i] = sums[i]! >> PRECISION;
  }
  return { width, height, channels, data };
}
