import { FedshotError } from '../../../errors.js';

/** Larger files are refused unread. */
export const MOST_BYTES = 256 * 2 ** 20;
/** More pixels are refused before they are decoded: a few bytes can announce any number of them. */
export const MOST_PIXELS = 100_000_000;

/** A longer side is no picture's: JPEG and WebP cannot even say it. */
const MOST_SIDE = 65_535;

/**
 * Holds the size that a header announces against the limit.
 * @throws FedshotError `limit`; `data` where there is no pixel
 */
export function checkSize(path: string, width: number, height: number): void {
  if (!(width > 0 && height > 0))
    throw new FedshotError('data', `${path}: announces ${width} × ${height} pixels`);
  if (width * height > MOST_PIXELS || Math.max(width, height) > MOST_SIDE)
    throw new FedshotError('limit', `${path}: announces ${width} × ${height} pixels`, {
      hint: `at most ${MOST_PIXELS / 1e6} million are decoded, ${MOST_SIDE} a side: make the picture smaller, or leave it out`,
    });
}
