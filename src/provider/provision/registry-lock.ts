import { join } from 'node:path';
import { sweepTemporary } from '../../shared/files.js';
import { withLock, withLockSync } from '../../shared/lock.js';

const lockPath = (dir: string): string => join(dir, '.lock');

/**
 * Reads, changes and writes files of enrolled sites while no other process does: `work` has to read what
 * it changes itself, since what was read before may be old. It is synchronous, so that nothing else of
 * this process comes in between either. What a killed command has left half-written is removed first.
 *
 * @param dir folder of enrolled sites
 * @throws what `work` throws; FedshotError `io`
 */
export function changeRegistry<T>(dir: string, work: () => T): T {
  return withLockSync(lockPath(dir), () => {
    sweepTemporary(dir);
    return work();
  });
}

/** As {@link changeRegistry}, for work that seals a key. */
export function changeAuthorities<T>(dir: string, work: () => Promise<T>): Promise<T> {
  return withLock(lockPath(dir), () => {
    sweepTemporary(dir);
    return work();
  });
}
