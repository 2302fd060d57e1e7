import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asFedshotError, FedshotError } from '../errors.js';

/** What is done under a lock takes milliseconds; a lock this old was left by a crash. */
const STALE_MS = 60_000;
const RETRY_MS = 20;
const PATIENCE_MS = 2 * STALE_MS;

/**
 * Runs `work` while no other process holds the lock: `serve` renews the freshness statement while
 * `publish` writes it. A file, since the two may be containers that share a volume and no process ids.
 *
 * @throws FedshotError `io`
 */
export async function withLock<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = 0; !take(path); waited += RETRY_MS) {
    if (waited > PATIENCE_MS)
      throw new FedshotError('io', `${path}: another process holds this lock`, {
        hint: 'if no other fedshot runs, delete the file',
      });
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw asFedshotError(error, 'io', `cannot lock ${path}`);
  }
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > STALE_MS) rmSync(path, { force: true });
  return false;
}
