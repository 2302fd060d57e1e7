import { constants, gunzipSync } from 'node:zlib';
import { isNIFTI, readHeader, type NIFTI1, type NIFTI2 } from 'nifti-reader-js';
import { FedshotError } from '../../../../errors.js';
import { readBytes } from '../../../../files.js';

/** Files and what they unpack to. */
const MOST_BYTES = 2 ** 30;
const MOST_VOXELS = 2 ** 28;
/** Enough of a packed file for its header. */
export const HEADER_BYTES = 4096;

/** What the header of a volume says. */
export interface VolumeHeader {
  /** Voxels along i, j and k. */
  readonly size: readonly [number, number, number];
  /** Volumes in the file, of which the first is read. */
  readonly volumes: number;
  readonly slope: number;
  readonly intercept: number;
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  /** Where voxels begin. */
  readonly at: number;
}

interface VoxelType {
  readonly bytes: number;
  readonly get: (view: DataView, at: number, little: boolean) => number;
}

const TYPES: Readonly<Record<number, VoxelType>> = {
  2: { bytes: 1, get: (view, at) => view.getUint8(at) },
  4: { bytes: 2, get: (view, at, little) => view.getInt16(at, little) },
  8: { bytes: 4, get: (view, at, little) => view.getInt32(at, little) },
  16: { bytes: 4, get: (view, at, little) => view.getFloat32(at, little) },
  64: { bytes: 8, get: (view, at, little) => view.getFloat64(at, little) },
  256: { bytes: 1, get: (view, at) => view.getInt8(at) },
  512: { bytes: 2, get: (view, at, little) => view.getUint16(at, little) },
  768: { bytes: 4, get: (view, at, little) => view.getUint32(at, little) },
};

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Reads a header from the first bytes of a file.
 * @param bytes at least {@link HEADER_BYTES}, or the whole file
 * @throws FedshotError `data`, `limit`
 */
export function volumeHeader(bytes: Buffer, path: string): VolumeHeader {
  const plain = isGzip(bytes) ? beginning(bytes, path) : bytes;
  const copy = Uint8Array.from(plain).buffer;
  const bad = (why: string, hint?: string): FedshotError =>
    new FedshotError('data', `${path}: ${why}`, { hint });
  let header: NIFTI1 | NIFTI2 | null;
  try {
    if (!isNIFTI(copy, true)) throw bad('is no NIfTI file');
    header = readHeader(copy);
  } catch (error) {
    if (error instanceof FedshotError) throw error;
    throw bad('its header is damaged', 'copy it again, or leave it out');
  }
  if (header === null) throw bad('is no NIfTI file');
  if (!header.magic.startsWith('n+'))
    throw bad('its voxels lie in another file', 'save it as one file, .nii or .nii.gz');
  const [rank = 0, i = 0, j = 0, k = 0, ...more] = header.dims;
  const size = [i, rank > 1 ? j : 1, rank > 2 ? k : 1] as const;
  if (rank < 2 || rank > 7 || !size.every((side) => Number.isSafeInteger(side) && side > 0))
    throw bad(`announces ${size.join(' × ')} voxels`);
  if (size[0] * size[1] * size[2] > MOST_VOXELS)
    throw new FedshotError('limit', `${path}: announces ${size.join(' × ')} voxels`, {
      hint: `at most ${MOST_VOXELS} are read`,
    });
  const type = TYPES[header.datatypeCode];
  if (!type) throw bad(`voxels of type ${header.datatypeCode} are not read`, 'save it as float32');
  const { scl_slope: slope, scl_inter: intercept, vox_offset: at } = header;
  if (!Number.isSafeInteger(at) || at < 0) throw bad('its header is damaged');
  const scaled = Number.isFinite(slope) && slope !== 0; // 0 stands for none
  return {
    size,
    volumes: more.slice(0, Math.max(0, rank - 3)).reduce((a, b) => a * Math.max(1, b), 1),
    slope: scaled ? slope : 1,
    intercept: scaled && Number.isFinite(intercept) ? intercept : 0,
    type,
    littleEndian: header.littleEndian,
    at,
  };
}

/** The first bytes of what is packed, of which more is not there. */
function beginning(bytes: Buffer, path: string): Buffer {
  try {
    const finishFlush = constants.Z_SYNC_FLUSH;
    return gunzipSync(bytes.subarray(0, HEADER_BYTES), { finishFlush });
  } catch (cause) {
    throw new FedshotError('data', `${path}: damaged gzip file`, { cause });
  }
}

/** A volume's voxels, rescaled, i fastest. */
export interface Volume {
  readonly header: VolumeHeader;
  readonly voxels: Float32Array;
}

/** @throws FedshotError `not-found`, `io`, `data`, `limit` */
export function readVolume(path: string): Volume {
  const file = readBytes(path, MOST_BYTES);
  const header = volumeHeader(file, path);
  const bytes = isGzip(file) ? unpacked(file, path) : file;
  const { size, type, at, slope, intercept, littleEndian } = header;
  const count = size[0] * size[1] * size[2];
  if (bytes.length < at + count * type.bytes)
    throw new FedshotError(
      'data',
      `${path}: ends in the middle: ${bytes.length} of ${at + count * type.bytes} bytes are there`,
      { hint: 'copy it again, or leave it out' },
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const voxels = new Float32Array(count);
  for (let n = 0; n < count; n++)
    voxels[n] = type.get(view, at + n * type.bytes, littleEndian) * slope + intercept;
  return { header, voxels };
}

function unpacked(bytes: Buffer, path: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new FedshotError('limit', `${path}: unpacks to more than ${MOST_BYTES} bytes`);
    throw new FedshotError('data', `${path}: damaged gzip file`, {
      hint: 'copy it again, or leave it out',
      cause,
    });
  }
}
