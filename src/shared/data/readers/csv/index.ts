import { z } from 'zod';
import { defineReader } from '../../define.js';
import { CSV_OPTIONS } from './options.js';

/**
 * One sample per row, all columns but the label numbers (or all of one column `true` and `false`),
 * missing values NaN.
 */
export const csv = defineReader({
  name: 'csv',
  description: 'a table, with a header or without, gzip or not',
  example: 'csv:FILE#label=COLUMN',
  options: z.object(CSV_OPTIONS),
  files: ({ path }) => [path],
  async read(input, { takes }) {
    const { readCsv } = await import('./read.js');
    return readCsv(input, takes);
  },
});
