import { Registry } from '../registry.js';
import type { ReaderDefinition } from './define.js';
import { csv } from './readers/csv/index.js';
import { dicom } from './readers/dicom/index.js';
import { hdf5 } from './readers/hdf5/index.js';
import { idx } from './readers/idx.js';
import { imageFiles } from './readers/images/index.js';
import { nifti } from './readers/nifti/index.js';
import { npy } from './readers/npy.js';
import { npz } from './readers/npz.js';
import { parquet } from './readers/parquet/index.js';
import { safetensors } from './readers/safetensors.js';

/** All readers by name. docs/data.md lists them in this order. */
export const readers = new Registry<ReaderDefinition>('reader', [
  idx,
  hdf5,
  csv,
  parquet,
  safetensors,
  npz,
  npy,
  imageFiles,
  dicom,
  nifti,
]);
