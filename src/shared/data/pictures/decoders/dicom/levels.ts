import { FedshotError } from '../../../../errors.js';
import type { PixelHeader } from './header.js';
import type { Words } from './codecs/types.js';
import type { Lut, ValueRules } from './rules.js';
import { windowed } from './window.js';

/** From here on a table of all words is cheaper than a computation for each pixel. */
const TABLE_FROM = 1 << 16;

/**
 * Makes grey levels of stored words: the modality's values, then the window or the VOI table, then 0..255,
 * black being 0 (PS3.3, C.11.1, C.11.2; PS3.4, N.2).
 *
 * @param rules what the header, or the notation, says of it
 */
export function monochromeLevels(words: Words, header: PixelHeader, rules: ValueRules): Uint8Array {
  const { data } = words;
  const stored = words.stored ?? header.stored;
  const valueOf = storedValue(stored, words.high ?? header.high, header.signed);
  const modality = modalityOf(rules);
  const range = (): [number, number] =>
    rules.voi.kind === 'full' || stored <= 8
      ? fullRange(stored, header.signed, rules, modality)
      : valueRange(data, valueOf, modality, rules.padding);
  const level = levelOf(rules, range);
  const inverted = header.photometric === 'MONOCHROME1';
  const of = (word: number): number => {
    const grey = level(modality(valueOf(word)));
    return inverted ? 255 - grey : grey;
  };
  const small = data.BYTES_PER_ELEMENT === 1 ? 1 << 8 : 1 << 16;
  if (data.BYTES_PER_ELEMENT > 2 || data.length < Math.max(small, TABLE_FROM))
    return Uint8Array.from(data, of);
  const table = Uint8Array.from({ length: small }, (_, word) => of(word));
  const levels = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) levels[i] = table[data[i]!]!;
  return levels;
}

/** The value in a word, of which other bits may be used for something else. */
function storedValue(stored: number, high: number, signed: boolean): (word: number) => number {
  const shift = high - stored + 1;
  const left = 32 - stored;
  if (signed) return (word) => ((word >>> shift) << left) >> left;
  return (word) => ((word >>> shift) << left) >>> left;
}

/** Stored values to those of the modality: a table, or slope and intercept. */
function modalityOf({ modality }: ValueRules): (value: number) => number {
  if (modality.kind === 'lut') return (value) => looked(modality.lut, value);
  const { slope, intercept } = modality;
  return (value) => value * slope + intercept;
}

function levelOf(
  { voi }: ValueRules,
  range: () => readonly [number, number],
): (value: number) => number {
  if (voi.kind === 'lut') {
    const white = 2 ** voi.lut.bits - 1;
    return (value) => Math.round((255 * looked(voi.lut, value)) / white);
  }
  if (voi.kind === 'window') return windowed(voi);
  const [low, high] = range();
  const span = high - low;
  return (value) =>
    span > 0 ? Math.round(Math.min(255, Math.max(0, (255 * (value - low)) / span))) : 0;
}

/** Values below the table take its first, those above its last. */
function looked({ first, entries }: Lut, value: number): number {
  const at = Math.min(entries.length - 1, Math.max(0, Math.trunc(value) - first));
  return entries[at]!;
}

/** What could be stored. */
function fullRange(
  stored: number,
  signed: boolean,
  { modality }: ValueRules,
  of: (value: number) => number,
): [number, number] {
  if (modality.kind === 'lut') return [0, 2 ** modality.lut.bits - 1];
  const [a, b] = signed ? [-(2 ** (stored - 1)), 2 ** (stored - 1) - 1] : [0, 2 ** stored - 1];
  const [low, high] = [of(a), of(b)];
  return low < high ? [low, high] : [high, low];
}

/** The least and the largest value of a frame, what only fills its edge left out. */
function valueRange(
  data: Words['data'],
  valueOf: (word: number) => number,
  modality: (value: number) => number,
  padding: number | undefined,
): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const word of data) {
    const value = valueOf(word);
    if (value === padding) continue;
    const real = modality(value);
    if (real < low) low = real;
    if (real > high) high = real;
  }
  return low > high ? [0, 0] : [low, high];
}

/**
 * Colours of any depth in 8 bits.
 * @throws FedshotError `data`
 */
export function colourLevels(words: Words, header: PixelHeader): Uint8Array {
  const stored = words.stored ?? header.stored;
  if (header.signed)
    throw new FedshotError('data', `${header.path}: colours with a sign are not read`);
  if (stored === 8 && words.data instanceof Uint8Array) return words.data;
  const white = 2 ** stored - 1;
  const valueOf = storedValue(stored, words.high ?? header.high, false);
  return Uint8Array.from(words.data, (word) => Math.round((255 * valueOf(word)) / white));
}
