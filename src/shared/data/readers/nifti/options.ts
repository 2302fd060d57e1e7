import { z } from 'zod';
import type { ReaderInput } from '../../define.js';
import { numberRange, wholeNumber } from '../../options.js';

/** Options of `nifti:`. */
export const NIFTI_OPTIONS = {
  axis: z
    .enum(['0', '1', '2'])
    .optional()
    .describe('the axis of the array that slices lie across; 2 by default'),
  slice: z
    .union([z.enum(['all', 'middle']), wholeNumber()])
    .optional()
    .describe('which slices are samples: all, middle (by default), or one by its number from 0'),
  window: numberRange()
    .optional()
    .describe('LOW,HIGH in place of the 1st and 99th percentile of each volume'),
  label: z
    .enum(['folder'])
    .optional()
    .describe('takes the folders below the one that is named for classes'),
  labels: z
    .enum(['fold'])
    .optional()
    .describe('takes labels that differ in case or space for one class'),
};

export type NiftiInput = ReaderInput<typeof NIFTI_OPTIONS>;
