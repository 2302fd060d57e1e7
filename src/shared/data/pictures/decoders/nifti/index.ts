/** NIfTI volumes, slice by slice: grey levels of a window, along an axis of the array as it is stored. */
import { statSync } from 'node:fs';
import { FedshotError } from '../../../../errors.js';
import type { Picture, PictureRef } from '../../types.js';
import { checkSize } from '../limits.js';
import { readVolume, type Volume } from './volume.js';

/** What a slice is cut from, with the values that are black and white. */
interface Open extends Volume {
  readonly key: string;
  readonly low: number;
  readonly high: number;
}

/** Voxels of which percentiles are taken. */
const MOST_SORTED = 1_000_000;

/** Slices come one after the other: the last volume is kept, so that it is not unpacked for each. */
class LastVolume {
  #open?: Open;

  get(path: string): Open {
    const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 };
    const key = `${mtimeMs} ${size} ${path}`;
    if (this.#open?.key === key) return this.#open;
    this.#open = undefined;
    const volume = readVolume(path);
    const [low, high] = percentiles(volume.voxels);
    return (this.#open = { ...volume, key, low, high });
  }
}

const last = new LastVolume();

/**
 * Cuts slice `frame`. Options: `axis` 0, 1 or 2 across which it lies; `window`, `LOW,HIGH`, in place of the
 * 1st and 99th percentile of the volume.
 *
 * @throws FedshotError `not-found`, `io`, `data`, `limit`
 */
export const decodeNifti = async ({ path, frame = 0, options }: PictureRef): Promise<Picture> =>
  Promise.resolve(sliceOf(last.get(path), path, frame, options ?? {}));

function sliceOf(
  { header, voxels, low: first, high: ninetyNinth }: Open,
  path: string,
  slice: number,
  options: NonNullable<PictureRef['options']>,
): Picture {
  const axis = Number(options['axis'] ?? 2);
  const [low = first, high = ninetyNinth] =
    typeof options['window'] === 'string' ? options['window'].split(',').map(Number) : [];
  const [i, j] = header.size;
  const steps = [1, i, i * j];
  const [across, down] = axis === 0 ? [1, 2] : axis === 1 ? [0, 2] : [0, 1];
  const [width, height] = [header.size[across]!, header.size[down]!];
  checkSize(path, width, height);
  if (!(slice < header.size[axis]!))
    throw new FedshotError(
      'data',
      `${path}: has ${header.size[axis] ?? 0} slices, and no ${slice}`,
    );
  const data = new Uint8Array(width * height);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let y = 0, to = 0; y < height; y++) {
    let from = slice * steps[axis]! + y * steps[down]!;
    for (let x = 0; x < width; x++, to++, from += steps[across]!) {
      const level = (voxels[from]! - low) * scale; // NaN, outside of a field of view, is black
      data[to] = level > 0 ? Math.min(255, Math.round(level)) : 0;
    }
  }
  return { width, height, channels: 1, data };
}

/** The 1st and 99th percentile of voxels that are numbers, of a million that lie evenly at most. */
function percentiles(voxels: Float32Array): [number, number] {
  const step = Math.ceil(voxels.length / MOST_SORTED);
  const some = new Float32Array(Math.ceil(voxels.length / step));
  for (let n = 0; n < some.length; n++) some[n] = voxels[n * step]!;
  const sorted = some.filter(Number.isFinite).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(0.01), at(0.99)];
}
