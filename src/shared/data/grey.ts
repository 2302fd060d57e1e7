import { FedshotError } from '../errors.js';
import type { RawArray } from './raw.js';

/** Interpolation and float32 rounding overshoot a little. */
const GREY_TOLERANCE = 1e-3;
/** Less of the range than this is used, and white is most likely another value. */
const LEAST_USED = 0.1;

/** How a person says which level means white. */
export interface WhiteWords {
  /** Where a level lies beyond it. */
  readonly outside: string;
  /** Where this level is likely to be it, as the end of a sentence. */
  likely(level: number): string;
}

const IN_A_NOTATION: WhiteWords = {
  outside: 'name the level that means white, for example max=255',
  likely: (level) => `say max=${level}`,
};

/**
 * Grey levels 0..1 of an array of images.
 *
 * @param size values per sample
 * @param said the level that means white, if somebody said so
 * @param notes gains a line where hardly any of the range is used
 * @throws FedshotError `data`
 */
export function greyLevels(
  { name, values, white: usual }: Pick<RawArray, 'name' | 'values' | 'white'>,
  size: number,
  said: number | undefined,
  notes: string[],
  words = IN_A_NOTATION,
): Float32Array {
  const white = said ?? usual;
  const x = new Float32Array(values.length);
  let most = -Infinity;
  for (let i = 0; i < x.length; i++) {
    const level = Number(values[i]);
    const grey = level / white;
    if (!Number.isFinite(grey))
      throw bad(name, `NaN or infinite grey level in sample ${Math.floor(i / size)}`);
    if (grey < -GREY_TOLERANCE || grey > 1 + GREY_TOLERANCE)
      throw bad(
        name,
        `grey level ${level} in sample ${Math.floor(i / size)} is outside 0..${white}`,
        words.outside,
      );
    most = Math.max(most, level);
    x[i] = Math.min(1, Math.max(0, grey));
  }
  if (said === undefined && most < white * LEAST_USED)
    notes.push(`${name}: ${dark(most, white, words)}`);
  return x;
}

/**
 * Grey levels 0..1 of images in units of their own, such as −1..1 or Hounsfield units.
 *
 * @param range what means black and white; what lies outside is cut off, which the notes say
 * @throws FedshotError `data` for NaN and infinity
 */
export function levelsInRange(
  { name, values }: Pick<RawArray, 'name' | 'values'>,
  size: number,
  [low, high]: readonly [number, number],
  notes: string[],
): Float32Array {
  const x = new Float32Array(values.length);
  let outside = 0;
  for (let i = 0; i < x.length; i++) {
    const value = Number(values[i]);
    if (!Number.isFinite(value))
      throw bad(name, `NaN or infinite value in sample ${Math.floor(i / size)}`);
    if (value < low || value > high) outside++;
    x[i] = Math.min(1, Math.max(0, (value - low) / (high - low)));
  }
  if (outside > 0)
    notes.push(
      `${name}: ${shortest((100 * outside) / x.length)}% of the values lie outside ${low}..${high} and are cut off`,
    );
  return x;
}

function dark(most: number, white: number, words: WhiteWords): string {
  if (most <= 0) return 'every grey level is 0';
  const seen = `the brightest grey level is ${shortest(most)} of ${white}`;
  return white === 1
    ? `${seen}: bring the images to 0..1`
    : `${seen}, less than a tenth: if ${likelyWhite(most)} means white, ${words.likely(likelyWhite(most))}`;
}

const shortest = (value: number): string => String(Number(value.toPrecision(4)));

/** The smallest whole number of bits that holds it: 4095 for 3871, 1 for 1. */
const likelyWhite = (most: number): number => 2 ** Math.ceil(Math.log2(Math.floor(most) + 1)) - 1;

function bad(name: string, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${name}: ${why}`, { hint });
}
