import { z } from 'zod';
import { defineReader, wholeNumber } from '../../shared/data/index.js';
import { drawDigits } from './draw.js';

/** Digits drawn from stroke models: data to try fedshot with, and a reader as others would write one. */
export const digits = defineReader({
  name: 'digits',
  description: 'digits that fedshot draws itself',
  example: 'digits:DOMAIN?n=2000&seed=0',
  options: z.object({
    n: wholeNumber().default(2000).describe('how many'),
    seed: wholeNumber().default(0).describe('another seed draws other digits'),
  }),
  files: () => [],
  read: ({ source, path, options: { n, seed } }) => drawDigits(source, path, n, seed),
});
