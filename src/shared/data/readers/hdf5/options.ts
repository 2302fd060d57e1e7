import { z } from 'zod';
import type { ReaderInput } from '../../define.js';
import { commaSeparated } from '../../options.js';
import { NAMED_OPTIONS } from '../named.js';

const ORDERS = ['matlab', 'c'] as const;
export type Order = (typeof ORDERS)[number];

/** Options of `hdf5:`. */
export const HDF5_OPTIONS = {
  ...NAMED_OPTIONS,
  order: z.enum(ORDERS).optional().describe('matlab turns the axes round, c leaves them'),
  sources: commaSeparated()
    .optional()
    .describe('files and folders that virtual datasets and external links refer to'),
};

export type Hdf5Input = ReaderInput<typeof HDF5_OPTIONS>;
