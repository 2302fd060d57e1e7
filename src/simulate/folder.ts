import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../shared/errors.js';
import { makeFolder, writeFileAtomic } from '../shared/files.js';

/** Says what a folder of a simulation was made with. */
const MARK = 'simulation.json';

/**
 * Makes the folder of a simulation. What an earlier one left is never touched.
 * @throws FedshotError `usage` for a folder that holds anything, `io`
 */
export function prepareFolder(out: string, settings: unknown): void {
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new FedshotError('usage', `${out} holds other files`, {
      hint: 'name a folder that is empty or does not exist yet',
    });
  writeFileAtomic(join(out, MARK), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * Makes an empty folder for one run below `parent`, named after the time. Two runs never get the same.
 * @throws FedshotError `io`
 */
export function makeRunFolder(parent: string, now: Date): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
  try {
    makeFolder(parent);
    for (let n = 1; ; n++) {
      const folder = join(parent, n === 1 ? time : `${time}-${n}`);
      try {
        mkdirSync(folder, { mode: 0o755 });
        return folder;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${parent}`);
  }
}

/** Removes a folder that holds nothing. */
export function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
