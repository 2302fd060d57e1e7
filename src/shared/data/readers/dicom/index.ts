import { dirname } from 'node:path';
import { z } from 'zod';
import { defineReader } from '../../define.js';
import { listKindOf } from '../images/options.js';
import { DICOM_OPTIONS } from './options.js';

/** DICOM files: folders and lists of them, or one. Frames are decoded when they are looked at. */
export const dicom = defineReader({
  name: 'dicom',
  description: 'DICOM files, each frame a picture; headers give labels and filters',
  example: 'dicom:FOLDER',
  options: z.object(DICOM_OPTIONS),
  files: ({ path, options }) =>
    listKindOf({ path, options }) === 'folder' ? [path] : [path, options.root ?? dirname(path)],
  async read(input, context) {
    const { readDicom } = await import('./read.js');
    return readDicom(input, context);
  },
});
