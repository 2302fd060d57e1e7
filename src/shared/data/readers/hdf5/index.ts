import { z } from 'zod';
import { defineReader } from '../../define.js';
import { HDF5_OPTIONS } from './options.js';

/**
 * A group with datasets `data`, `x` or `images` and, if there are labels, `target`, `y`, `labels` or
 * `label`; `x=NAME` and `y=NAME` name others. Without a group the root is taken.
 */
export const hdf5 = defineReader({
  name: 'hdf5',
  description: 'a group with datasets `x`, `data` or `images` and, if labels, `y` …',
  example: 'hdf5:FILE#GROUP',
  options: z.object(HDF5_OPTIONS),
  part: true,
  files: ({ path, options: { sources = [] } }) => [path, ...sources],
  async read(input, { takes }) {
    const { readHdf5 } = await import('./read.js'); // the library takes a while to start
    return readHdf5(input, takes);
  },
});
