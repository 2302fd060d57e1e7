/**
 * A file in the keyring and in the store says that sites are enrolled, so that a server knows it even
 * when the folder of sites is not there: unmounted, restored from an old copy, mistyped.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../files.js';

/** Name of the file that remembers it, in the folder of the keys and in that of the store. */
export const MEMORY_FILE = 'enrolled.json';
/** Its fixed content, so that it can hide no data: only whether the file is there counts. */
export const MEMORY = '{"clients":"enrolled"}\n';

/** Whether one of these folders has the file. One that cannot be read counts as well. */
export function isRemembered(folders: readonly string[]): boolean {
  return folders.some((folder) => {
    try {
      lstatSync(join(folder, MEMORY_FILE));
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  });
}

/** Makes the file unless it is there. @throws FedshotError `io` */
export function rememberEnrolled(folder: string): void {
  if (!isRemembered([folder])) writeFileAtomic(join(folder, MEMORY_FILE), MEMORY);
}
