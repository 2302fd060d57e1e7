import { z } from 'zod';
import type { ReaderInput } from '../../define.js';
import { commaSeparated, option } from '../../options.js';
import { encoding } from './encoding.js';
import { separator } from './separator.js';

const DECIMALS: Readonly<Record<string, 'point' | 'comma'>> = {
  point: 'point',
  '.': 'point',
  comma: 'comma',
  ',': 'comma',
};

/** Options of `csv:`. */
export const CSV_OPTIONS = {
  label: z.string().optional().describe('the column of the classes, by name or counted from 0'),
  labels: z
    .enum(['fold'])
    .optional()
    .describe('takes labels that differ in case or space for one class'),
  header: z.enum(['yes', 'no']).optional().describe('whether the first row holds names'),
  ignore: commaSeparated().optional().describe('columns to leave out'),
  sep: separator().optional().describe('what stands between cells, by its word or itself'),
  separator: separator().optional().describe('the same as sep='),
  decimal: option((said, refuse) => {
    const found = Object.hasOwn(DECIMALS, said) ? DECIMALS[said] : undefined;
    return found ?? refuse('', 'it is point or comma');
  })
    .optional()
    .describe('with comma, 1,5 is one and a half'),
  encoding: encoding().optional().describe('the encoding of the text'),
  missing: commaSeparated()
    .optional()
    .describe('further codes for a missing value, joined by commas'),
};

export type CsvInput = ReaderInput<typeof CSV_OPTIONS>;
export type CsvOptions = CsvInput['options'];
