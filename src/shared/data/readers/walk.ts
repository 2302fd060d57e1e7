import { join } from 'node:path';
import { FedshotError } from '../../errors.js';
import { byCharacters, DEEPEST, folderEntries, LITTER } from './images/folder.js';

/** Files below a folder, as paths below it. */
export interface Walked {
  readonly files: string[];
  /** Those that are none of the reader's. */
  readonly others: string[];
}

/**
 * All files below a folder, sorted by their paths; what systems leave in folders is left out.
 * @param takes whether a file is one of the reader's
 * @throws FedshotError `not-found`, `io`, `data`
 */
export function walked(
  folder: string,
  takes: (path: string) => boolean,
  signal: AbortSignal | undefined,
): Walked {
  const found: Walked = { files: [], others: [] };
  const walk = (under: string, depth: number): void => {
    signal?.throwIfAborted();
    if (depth > DEEPEST)
      throw new FedshotError('data', `${folder}: more than ${DEEPEST} folders within each other`, {
        hint: 'does a link lead back?',
      });
    for (const { name, folder: isFolder } of folderEntries(join(folder, under))) {
      const at = join(under, name);
      if (LITTER.test(name)) continue;
      if (isFolder) walk(at, depth + 1);
      else (takes(join(folder, at)) ? found.files : found.others).push(at);
    }
  };
  walk('', 0);
  found.files.sort(byCharacters);
  return found;
}
