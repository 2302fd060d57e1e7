import { join } from 'node:path';
import { FedshotError } from '../errors.js';
import { lockOwner, tryLock } from '../lock.js';

const LOOK_MS = 1000;

/**
 * Makes this process the only writer of a log: two would sign two trees.
 *
 * @param lost called when the lock's file was taken away: another process may write from then on
 * @returns gives the lock back
 * @throws FedshotError `log` when another process writes, `io`
 */
export function lockLog(dir: string, lost: () => void, lookMs = LOOK_MS): () => void {
  const path = join(dir, '.lock');
  const lock = tryLock(path);
  if (!lock)
    throw new FedshotError('log', `${dir}: process ${lockOwner(path)} writes this log already`, {
      hint: 'one log has one server; give this one a --log folder of its own',
    });
  const look = setInterval(() => {
    if (lock.isCurrent()) return;
    clearInterval(look);
    lost();
  }, lookMs).unref();
  return () => {
    clearInterval(look);
    lock.release();
  };
}
