import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { asFedshotError, FedshotError } from '../../../errors.js';
import type { ReadContext } from '../../define.js';
import { classesOf } from '../../label-values.js';
import { HEADER_BYTES, volumeHeader } from '../../pictures/decoders/nifti/volume.js';
import type { PictureRef, PictureSet } from '../../pictures/types.js';
import { abbreviate } from '../csv/columns.js';
import { walked } from '../walk.js';
import type { NiftiInput } from './options.js';

const NAMED = /\.nii(\.gz)?$/i;

/**
 * Lists slices by the headers of volumes. Slices of one volume belong together: no split parts them. A volume
 * whose header cannot be read stays as one sample, so that whoever looks at it names it.
 *
 * @throws FedshotError `not-found`, `io`, `data`, `limit`
 */
export function readNifti(input: NiftiInput, { signal }: ReadContext): PictureSet {
  const { source, path, options } = input;
  const one = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const found = one
    ? { files: [''], others: [] }
    : walked(path, (file) => NAMED.test(file), signal);
  const refs: PictureRef[] = [];
  const [labels, groups]: [string[], string[]] = [[], []];
  let several = 0;
  for (const [n, name] of found.files.entries()) {
    signal?.throwIfAborted();
    const file = join(path, name);
    const { slices, volumes } = slicesOf(file, options);
    if (volumes > 1) several++;
    const [top = '', ...below] = name.split(sep);
    if (options.label !== undefined && below.length === 0)
      throw new FedshotError('data', `${file}: lies in no folder of a class`);
    for (const frame of slices) {
      refs.push({ decoder: 'nifti', path: file, frame, options: decoderOptions(options) });
      groups.push(`volume ${String(n + 1).padStart(8, '0')}`);
      labels.push(top);
    }
  }
  if (refs.length === 0) throw new FedshotError('data', `${path}: no NIfTI files`);
  const fold = options.labels === 'fold';
  return {
    source,
    kind: 'pictures',
    count: refs.length,
    refs,
    ...(options.label !== undefined && { ...classesOf(labels, path, fold), matching: { fold } }),
    groups,
    notes: [
      found.others.length > 0 && `left out, no NIfTI: ${abbreviate(found.others)}`,
      several > 0 && `${several} files hold several volumes, of which the first is read`,
    ].filter((note): note is string => note !== false),
  };
}

const decoderOptions = ({ axis, window }: NiftiInput['options']): PictureRef['options'] => ({
  axis: Number(axis ?? 2),
  ...(window !== undefined && { window: window.join(',') }),
});

function slicesOf(
  path: string,
  { axis, slice = 'middle' }: NiftiInput['options'],
): { slices: number[]; volumes: number } {
  try {
    const { size, volumes } = volumeHeader(firstBytes(path), path);
    const count = size[Number(axis ?? 2)] ?? 1;
    if (slice === 'middle') return { slices: [Math.floor(count / 2)], volumes };
    if (slice !== 'all') return { slices: [slice], volumes };
    return { slices: Array.from({ length: count }, (_, i) => i), volumes };
  } catch (error) {
    if (error instanceof FedshotError && error.code !== 'not-found')
      return { slices: [0], volumes: 1 };
    throw error;
  }
}

function firstBytes(path: string): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  try {
    const fd = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(fd, bytes, 0, HEADER_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  }
}
