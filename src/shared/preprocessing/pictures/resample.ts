import type { Picture } from '../../data/pictures/types.js';
import { FedshotError } from '../../errors.js';
import { coefficients } from './coefficients.js';
import { twoPasses } from './kernel.js';

/** Part of a picture, in pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Levels that may lie between the two passes. */
const MOST_BETWEEN = 2 ** 29;

/**
 * Resizes as Pillow's `resize(…, BILINEAR)` does to 8-bit pictures, bit for bit: along rows first, rounded
 * to 8 bits, then along columns (`ImagingResample` in `Resample.c`). A side that keeps its length is left
 * as it is.
 *
 * @param height what the whole picture would be resized to
 * @param width the same
 * @param window the part that is wanted, of the picture after resizing; nothing else is computed
 * @throws FedshotError `data` for a picture so high that the first pass alone would fill the memory
 */
export function resample(
  picture: Picture,
  height: number,
  width: number,
  window: Window = { top: 0, left: 0, height, width },
): Picture {
  const sameWidth = picture.width === width;
  if (sameWidth && picture.height === height) return cut(picture, window);
  const { channels } = picture;
  const across = sameWidth
    ? undefined
    : coefficients(picture.width, width, window.left, window.width);
  const down =
    picture.height === height
      ? undefined
      : coefficients(picture.height, height, window.top, window.height);
  // the rows that the second pass needs, or the window's own
  const last = window.height - 1;
  const top = down ? down.from[0]! : window.top;
  const rows = down ? down.from[last]! + down.count[last]! - top : window.height;
  if (rows * window.width * channels > MOST_BETWEEN)
    throw new FedshotError(
      'data',
      `${picture.width} × ${picture.height} pixels are too many rows`,
      {
        hint: 'make the picture smaller, or leave it out',
      },
    );
  const seen = across
    ? picture
    : cut(picture, { top, left: window.left, height: rows, width: window.width });
  const length = seen.width * channels;
  const first = across ? top * length : 0;
  const part = { levels: seen.data, first, rows, length, channels };
  const data = twoPasses(part, window.width, across, down, top);
  return { width: window.width, height: window.height, channels, data };
}

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
