import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asFedshotError, FedshotError } from '../errors.js';
import { isThere, ownMark } from '../holder.js';

/** What is done under a lock takes milliseconds; one of a process that cannot be seen is left by then. */
const STALE_MS = 60_000;
/** Shorter where waiting holds everything up: one small file is read and written under it. */
const STALE_SYNC_MS = 15_000;
const RETRY_MS = 20;
const PATIENCE_MS = 2 * STALE_MS;
/** Crashes in the middle of taking over from a crash, one upon the other. */
const MOST_GUARDS = 4;
/** What file systems say that know no second name for a file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Runs `work` while no other process holds the lock: `serve` renews the freshness statement while
 * `publish` writes it. A file, since the two may be containers that share a volume and no process ids.
 * A lock whose holder has died is taken over at once, or, where that cannot be seen, when it is old.
 *
 * @throws FedshotError `io`
 */
export async function withLock<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  const own = draft(path);
  try {
    for (let waited = 0; !take(path, own, STALE_MS); waited += RETRY_MS) {
      if (waited > PATIENCE_MS) throw held(path);
      await sleep(RETRY_MS);
    }
    return await work();
  } finally {
    give(path, own);
  }
}

/**
 * As {@link withLock} for work that must not be interleaved with anything else of this process either;
 * the process stands still while it waits, which is milliseconds as long as others hold it for as long.
 *
 * @throws FedshotError `io`
 */
export function withLockSync<T>(path: string, work: () => T): T {
  const own = draft(path);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  try {
    for (let waited = 0; !take(path, own, STALE_SYNC_MS); waited += RETRY_MS) {
      if (waited > PATIENCE_MS) throw held(path);
      Atomics.wait(cell, 0, 0, RETRY_MS);
    }
    return work();
  } finally {
    give(path, own);
  }
}

function held(path: string): FedshotError {
  const [pid = '?'] = read(path).split(' ');
  return new FedshotError('io', `${path}: process ${pid} holds this lock`, {
    hint: 'if no other fedshot runs, delete the file',
  });
}

/** What is to become the lock. Its content is never written twice. */
interface Draft {
  readonly file: string;
  readonly mark: string;
}

function draft(path: string): Draft {
  const id = randomUUID();
  const own = { file: `${path}.${id}`, mark: `${ownMark()} ${id}` };
  try {
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeFileSync(own.file, own.mark, { flag: 'wx' });
    } catch (error) {
      rmSync(own.file, { force: true }); // a full disk leaves an empty one
      throw error;
    }
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot lock ${path}`);
  }
  return own;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function give(path: string, { file, mark }: Draft): void {
  if (read(path) === mark) rmSync(path, { force: true });
  rmSync(file, { force: true });
}

/** Whole or not at all, and never over another; where a file has one name only, perhaps empty for a moment. */
function place({ file, mark }: Draft, path: string): void {
  try {
    linkSync(file, path);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code!)) throw error;
    writeFileSync(path, mark, { flag: 'wx' });
  }
}

function isLeft(path: string, mark: string, staleMs: number): boolean {
  const there = isThere(mark);
  if (there !== undefined) return !there;
  const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs > staleMs;
}

/**
 * Takes the lock, or does not. What a dead process left is replaced under a second lock of the same
 * kind: of two that find it, the slower would else remove the lock of the faster.
 */
function take(path: string, own: Draft, staleMs: number, guards = MOST_GUARDS): boolean {
  try {
    const now = new Date();
    utimesSync(own.file, now, now); // old is what was taken long ago, not what has waited for long
    place(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw asFedshotError(error, 'io', `cannot lock ${path}`);
  }
  const mark = read(path);
  if (guards === 0 || !isLeft(path, mark, staleMs)) return false;
  const guard = `${path}.over`;
  if (!take(guard, own, staleMs, guards - 1)) return false;
  try {
    if (read(path) !== mark) return false;
    const next = `${own.file}.next`;
    writeFileSync(next, own.mark);
    renameSync(next, path);
    const [left] = / [0-9a-f-]{36}$/.exec(mark) ?? [];
    if (left) rmSync(`${path}.${left.trim()}`, { force: true });
    return true;
  } finally {
    if (read(guard) === own.mark) rmSync(guard, { force: true });
  }
}
