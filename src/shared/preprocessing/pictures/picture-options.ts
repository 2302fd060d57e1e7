import { silent, type Reporter } from '../../reporter.js';
import type { PictureOptions } from './open.js';

/** Pictures that are named one by one, of those that cannot be read, and of those that look odd. */
const NAMED = 5;

/** How pictures are read, as options of a command say it. */
export interface PictureReading {
  /** Refuses the data where one picture of it cannot be read; else it is named and left out. */
  strict?: boolean;
  /** Folder for decoded pictures while the command runs; without it each is decoded every time. */
  cache?: string;
  reporter?: Reporter;
  signal?: AbortSignal;
}

/** How pictures are read; what cannot be is named, to whoever runs the command, and left out. */
export function pictureOptions({
  strict,
  cache,
  reporter = silent,
  signal,
}: PictureReading): PictureOptions {
  const seen = new Set<string>();
  let [broken, odd] = [0, 0];
  const isNew = (line: string): boolean => !seen.has(line) && Boolean(seen.add(line));
  return {
    strict,
    cache: cache === undefined ? undefined : { folder: cache },
    signal,
    onBroken: ({ message }) => {
      if (!isNew(message) || ++broken > NAMED + 1) return;
      const more = broken > NAMED ? 'more pictures cannot be read and are' : `${message}:`;
      reporter.warn(`${more} left out`, 'picture-left-out');
    },
    onNote: (line) => {
      if (isNew(line) && ++odd <= NAMED) reporter.warn(line, 'data-reading');
    },
  };
}
