import { z } from 'zod';
import { usage } from './notation.js';
import { numberRange, option, wholeNumber } from './options.js';

/** The grey level that means white, under one of its two names. */
const level = (key: 'scale' | 'max') =>
  option((text, refuse) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value)) return refuse('is not an integer ≥ 0');
    return value > 0 ? value : refuse('is no grey level that means white');
  })
    .optional()
    .describe(key === 'max' ? 'the grey level that means white' : 'the same as max=');

/** Options of every reader of arrays. */
export const ARRAY_OPTIONS = {
  as: z
    .enum(['image', 'table'])
    .optional()
    .describe('what rows of numbers are, which may be either'),
  scale: level('scale'),
  max: level('max'),
  range: numberRange()
    .optional()
    .describe('LOW,HIGH: the values that mean black and white; what lies outside is cut off'),
  label: wholeNumber().optional().describe('of several columns of labels the one to take, from 0'),
  labels: z
    .enum(['fold'])
    .optional()
    .describe('takes labels that differ in case or space for one class'),
};

export type ArrayOptions = z.output<z.ZodObject<typeof ARRAY_OPTIONS>>;

/**
 * The values that mean black and white, if somebody said so.
 * @throws FedshotError `usage` where white is said as well
 */
export function saidRange(
  source: string,
  { scale, max, range }: ArrayOptions,
): readonly [number, number] | undefined {
  if (range !== undefined && (scale ?? max) !== undefined)
    throw usage(source, 'range= says already which value means white: leave max= out');
  return range;
}

/** The level that means white, if somebody said so. @throws FedshotError `usage` */
export function saidWhite(source: string, { scale, max }: ArrayOptions): number | undefined {
  if (scale !== undefined && max !== undefined)
    throw usage(source, 'scale= and max= are the same: give one');
  return max ?? scale;
}
