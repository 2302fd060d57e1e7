import type { PictureOptions } from '../../shared/preprocessing/pictures/open.js';
import { silent, type Reporter } from '../../shared/reporter.js';
import type { InputOptions } from './options.js';

/** Broken pictures that are named one by one. */
const NAMED = 5;

/** How a site's pictures are read: what cannot be is named, here at the site, and left out. */
export function pictureOptions({
  strict,
  reporter = silent,
  signal,
}: Pick<InputOptions, 'strict'> & { reporter?: Reporter; signal?: AbortSignal }): PictureOptions {
  const broken = new Set<string>();
  return {
    strict,
    signal,
    onBroken: ({ message }) => {
      if (broken.has(message)) return;
      broken.add(message);
      if (broken.size <= NAMED) reporter.warn(`${message}: left out`, 'picture-left-out');
      if (broken.size === NAMED + 1) 
        reporter.warn('more pictures cannot be read and are left out', 'picture-left-out');
    },
  };
}
