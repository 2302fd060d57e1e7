/**
 * That sites are enrolled is remembered in the keyring and in the store as well, so that a server
 * knows it when the folder of sites is not there: unmounted, restored from an old copy, mistyped.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../files.js';

/** Name of the file that remembers it, in the folder of the keys and in that of the store. */
export const MEMORY_FILE = 'enrolled.json';
/** All that it ever says, so that it has no room for anything: it is its being there that counts. */
export const MEMORY = '{"clients":"enrolled"}\n';

/** Whether one of these folders remembers it. What is there and cannot be read counts as well. */
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

/** Writes it down where it is not yet. @throws FedshotError `io` */
export function rememberEnrolled(folder: string): void {
  if (!isRemembered([folder])) writeFileAtomic(join(folder, MEMORY_FILE), MEMORY);
}
