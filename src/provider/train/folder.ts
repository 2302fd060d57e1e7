import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { makeFolder, sweepTemporary } from '../../shared/files.js';
import { finishCommit } from '../../shared/folders.js';
import { lockOwner, tryLock } from '../../shared/lock.js';

/**
 * Runs `work` while nobody else trains into the folder, after what a killed run left there has been
 * finished or removed. Two runs at once would take each other's checkpoints.
 *
 * @throws FedshotError `usage` when another process trains into it; `io`
 */
export async function aloneIn<T>(out: string, work: () => Promise<T>): Promise<T> {
  prepare(out, () => makeFolder(out));
  const file = join(out, '.lock');
  const lock = tryLock(file);
  if (!lock)
    throw new FedshotError('usage', `process ${lockOwner(file)} trains into ${out} already`, {
      hint: 'wait for it to end, or give another folder with --out',
    });
  try {
    prepare(out, () => {
      finishCommit(out);
      sweepTemporary(out);
    });
    return await work();
  } finally {
    lock.release();
  }
}

function prepare(out: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${out}`);
  }
}
