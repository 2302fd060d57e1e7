import { z } from 'zod';
import { defineReader } from '../../define.js';
import { NIFTI_OPTIONS } from './options.js';

/** Volumes as NIfTI, seen slice by slice. */
export const nifti = defineReader({
  name: 'nifti',
  description: 'NIfTI volumes by slice, gzip or not',
  example: 'nifti:FOLDER',
  options: z.object(NIFTI_OPTIONS),
  files: ({ path }) => [path],
  async read(input, context) {
    const { readNifti } = await import('./read.js');
    return readNifti(input, context);
  },
});
