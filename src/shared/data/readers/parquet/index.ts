import { z } from 'zod';
import { defineReader } from '../../define.js';
import { PARQUET_OPTIONS } from './options.js';

/** Tables as Parquet, with the rules of `csv:`. */
export const parquet = defineReader({
  name: 'parquet',
  description: 'a table as Parquet, with the rules of csv:',
  example: 'parquet:FILE#label=COLUMN',
  options: z.object(PARQUET_OPTIONS),
  files: ({ path }) => [path],
  async read(input, { takes }) {
    const { readParquet } = await import('./read.js');
    return readParquet(input, takes);
  },
});
