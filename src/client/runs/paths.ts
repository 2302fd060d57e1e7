import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/files.js';
import { withLock } from '../../shared/lock.js';
import { assertReleaseName } from '../../shared/release/index.js';

/** Finished runs, one folder each, which nobody changes again. */
export const runsDir = (home: string): string => join(home, 'runs');

export const runDir = (home: string, id: string): string => join(runsDir(home), id);

/** Checkpoints of runs that are under way or were interrupted. */
export const unfinishedDir = (home: string): string => join(runsDir(home), '.unfinished');

/** What points from a release's name to the run whose model answers. */
export const currentDir = (home: string): string => join(home, 'current');

/** @throws FedshotError `usage` unless `name` may name a release */
export function pointerFile(home: string, name: string): string {
  assertReleaseName(name);
  return join(currentDir(home), `${name}.json`);
}

/** Where version 0.1 kept the one adaptation of each release. */
export const adaptedDir = (home: string): string => join(home, 'adapted');

/**
 * What an adaptation writes to, of all that is in a home; made where it is not there.
 * @throws FedshotError `io`
 */
export function runFolders(home: string): string[] {
  const folders = [runsDir(home), currentDir(home)];
  for (const folder of folders)
    try {
      makeFolder(folder, 0o700);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot make ${folder}`);
    }
  return [...folders, adaptedDir(home)].filter((folder) => existsSync(folder));
}

/**
 * Runs what writes to `runs` or `current` while no other process does. An adaptation itself is not
 * done under this lock, only what it begins and ends with.
 *
 * @throws FedshotError `io`
 */
export const withRunsLock = <T>(home: string, work: () => T | Promise<T>): Promise<T> =>
  withLock(join(runsDir(home), '.lock'), work);
