import { randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FedshotError } from '../errors.js';
import { isThere, ownMark } from '../holder.js';

const BEAT_MS = 1000;
/** A holder that cannot be seen from here and leaves its lock alone for so long is gone. */
const STILL_MS = 5000;
const LOOK_MS = 100;

function read(what: () => string): string {
  try {
    return what();
  } catch {
    return '';
  }
}

/** Whether somebody touches the file. */
async function beats(path: string, stillMs: number): Promise<boolean> {
  const look = (): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const before = look();
  for (let waited = 0; waited < stillMs; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    if (look() !== before) return true;
  }
  return false;
}

/**
 * Makes this process the only writer of a log: two would sign two trees. A lock left behind by a
 * process that is gone is taken over: at once where its number can be looked up, else (it may be in a
 * container) when nobody has touched it for a while.
 *
 * @param lost called when somebody else has taken the lock all the same
 * @returns gives the lock back
 * @throws FedshotError `log` when another process writes
 */
export async function lockLog(
  dir: string,
  lost: () => void,
  stillMs = STILL_MS,
): Promise<() => void> {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, '.lock');
  const own = ownMark();
  const draft = `${path}.${randomUUID()}`;
  const fd = openSync(draft, 'w');
  writeSync(fd, own);
  closeSync(fd);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(draft, path); // whole or not at all, and never over another
        return hold(path, own, lost);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const mark = read(() => readFileSync(path, 'utf8'));
      if (isThere(mark) ?? (await beats(path, stillMs)))
        throw new FedshotError(
          'log',
          `${dir}: process ${mark.split(' ')[0]!} writes this log already`,
          {
            hint: 'one log has one server; give this one a --log folder of its own',
          },
        );
      rmSync(path, { force: true });
    }
    throw new FedshotError('log', `${dir}: another process took the log`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Shows that this process is there, to those who cannot see it. */
function hold(path: string, own: string, lost: () => void): () => void {
  const isOurs = (): boolean => read(() => readFileSync(path, 'utf8')) === own;
  const beat = setInterval(() => {
    if (isOurs()) {
      const now = new Date();
      utimesSync(path, now, now);
      return;
    }
    clearInterval(beat);
    lost();
  }, BEAT_MS).unref();
  return () => {
    clearInterval(beat);
    if (isOurs()) rmSync(path, { force: true });
  };
}
