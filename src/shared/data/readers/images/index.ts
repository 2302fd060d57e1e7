import { dirname } from 'node:path';
import { z } from 'zod';
import { defineReader } from '../../define.js';
import { IMAGES_OPTIONS, listKindOf } from './options.js';

/** Pictures in files: folders, tables and lists of them. They are decoded when they are looked at. */
export const imageFiles = defineReader({
  name: 'images',
  description: 'pictures in files: one folder per class, or a list',
  example: 'images:FOLDER',
  options: z.object(IMAGES_OPTIONS),
  files: (input) =>
    listKindOf(input) === 'folder'
      ? [input.path]
      : [input.path, input.options.root ?? dirname(input.path)],
  async read(input, context) {
    const { readImages } = await import('./read.js');
    return readImages(input, context);
  },
});
