import type { Dataset } from '../../src/shared/data/types.js';
import { writeFileAtomic } from '../../src/shared/files.js';
import { serializeSafetensors } from '../../src/shared/safetensors.js';

/** Writes a data set with its labels. @returns its notation */
export function writeDataset(file: string, { count, shape, x, labels }: Dataset): string {
  const bytes = (v: Float32Array | Int32Array): Uint8Array =>
    new Uint8Array(v.buffer, v.byteOffset, v.byteLength);
  writeFileAtomic(
    file,
    serializeSafetensors([
      ['x', { dtype: 'F32', shape: [count, ...shape], data: bytes(x) }],
      ['y', { dtype: 'I32', shape: [count], data: bytes(labels!) }],
    ]),
  );
  return `safetensors:${file}`;
}
