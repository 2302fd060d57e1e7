import { setTimeout as sleep } from 'node:timers/promises';
import { lockOwner, tryLock } from '../../shared/lock.js';
import type { Reporter } from '../../shared/reporter.js';
import { pullLock } from './home.js';

const LOOK_AGAIN_MS = 50;

/**
 * Runs the one pull of a release at this site. Another one waits until it has ended, however long that
 * takes over a slow line, and then finds the release here.
 *
 * @throws FedshotError `io`; the signal's reason once it is aborted
 */
export async function alone<T>(
  home: string,
  name: string,
  { reporter, signal }: { reporter: Reporter; signal?: AbortSignal },
  pull: () => Promise<T>,
): Promise<T> {
  const path = pullLock(home, name);
  for (let told = false; ; told = true) {
    const lock = tryLock(path);
    if (lock)
      try {
        return await pull();
      } finally {
        lock.release();
      }
    if (!told)
      reporter.note(
        `process ${lockOwner(path)} is pulling ${name} already: waiting for it to end`,
        'waiting',
      );
    signal?.throwIfAborted();
    await sleep(LOOK_AGAIN_MS);
  }
}
