import type { ImageSpec } from '../../preprocessing/input.js';
import { applySteps } from '../../preprocessing/pictures/index.js';
import { loadPictures, type LoaderOptions } from './loader.js';
import type { PictureSet } from './types.js';
import type { PictureBatch, View } from './view.js';

/** How pictures are read. */
export type PictureOptions = Omit<LoaderOptions, 'steps' | 'shape'>;

/** Decodes pictures and takes them through the steps of a contract, ahead of whoever asks. */
export interface OpenedPictures {
  /** Batches in the order of the requests. */
  batches(requests: Iterable<readonly View[]>): AsyncIterable<PictureBatch>;
  close(): void | Promise<void>;
}

/** Opens pictures: files in worker threads, what a program holds in this one. */
export function openPictures(
  set: PictureSet,
  { shape, steps = [] }: Pick<ImageSpec, 'shape' | 'steps'>,
  options: PictureOptions = {},
): OpenedPictures {
  const { held } = set;
  if (!held) return loadPictures(set, { ...options, shape, steps });
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- files are read while others wait
    async *batches(requests) {
      const size = shape.reduce((a, b) => a * b, 1);
      for (const views of requests) {
        const pixels = new Uint8Array(views.length * size);
        views.forEach((view, i) =>
          pixels.set(applySteps(held(view.sample), steps, view), i * size),
        );
        yield { pixels, kept: Int32Array.from(views, (_, i) => i) };
      }
    },
    close: () => undefined,
  };
}
