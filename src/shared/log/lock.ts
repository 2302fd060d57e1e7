import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../errors.js';

/** Field 22 of /proc/<pid>/stat: with it a process that merely has the same number is not mistaken. */
function startTime(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startTime(pid);
  return now === undefined || now === started;
}

/**
 * Makes this process the only writer of a log: two would sign two trees. A lock left behind by a
 * process that is gone is taken over.
 *
 * @returns gives the lock back
 * @throws FedshotError `log` when another process writes
 */
export function lockLog(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, '.lock');
  const own = `${process.pid} ${startTime(process.pid) ?? ''}`;
  const draft = `${path}.${process.pid}`;
  const fd = openSync(draft, 'w');
  writeSync(fd, own);
  closeSync(fd);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(draft, path); // whole or not at all, and never over another
        return () => rmSync(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const [pid = '', started = ''] = readFileSync(path, 'utf8').split(' ');
      if (isAlive(Number(pid), started))
        throw new FedshotError('log', `${dir}: process ${pid} writes this log already`, {
          hint: 'one log has one server; give this one a --log folder of its own',
        });
      rmSync(path, { force: true });
    }
    throw new FedshotError('log', `${dir}: another process took the log`);
  } finally {
    rmSync(draft, { force: true });
  }
}
