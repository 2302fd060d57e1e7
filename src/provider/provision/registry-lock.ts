import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLockSync } from '../../shared/lock.js';

/** What is half-written of a site's file, and only of those. */
const LEFT = /^\.[a-z0-9-]+\.json\.[0-9a-f]{12}\.tmp$/;

/**
 * Reads, changes and writes files of enrolled sites while no other process does: `work` has to read what
 * it changes itself, since what was read before may be old. It is synchronous, so that nothing else of
 * this process comes in between either.
 *
 * @param dir folder of enrolled sites
 * @throws what `work` throws; FedshotError `io`
 */
export function changeRegistry<T>(dir: string, work: () => T): T {
  return withLockSync(join(dir, '.lock'), () => {
    const left = existsSync(dir) ? readdirSync(dir).filter((name) => LEFT.test(name)) : [];
    for (const name of left) rmSync(join(dir, name), { force: true });
    return work();
  });
}
