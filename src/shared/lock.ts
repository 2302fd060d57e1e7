/**
 * Locks between processes: `flock(2)` on a file that stays. The kernel gives a lock back when its
 * process ends, however it ends, so that no lock is ever left over and no clock is asked; and it works
 * between containers that share a volume and see none of each other's processes. The file holds the
 * process number of the last owner, for the message only.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, statSync } from 'node:fs';
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asFedshotError, FedshotError } from './errors.js';
import { makeFolder } from './files.js';

const LOCK_EX = 2;
const LOCK_NB = 4;
/** What is done under a lock takes milliseconds, a release's files seconds. */
const PATIENCE_MS = 120_000;
const RETRY_MS = 20;

type Flock = (fd: number, operation: number) => number;
let flock: Flock | undefined;

type Koffi = (typeof import('koffi'))['default'];
let loaded: Koffi | undefined;

/** Loaded by the first lock: what only says `--help` needs none. */
const native = (): Koffi => (loaded ??= createRequire(import.meta.url)('koffi') as Koffi);

/** A lock that this process holds. */
export interface HeldLock {
  /** Whether the lock's file is still the one that others would look at. */
  isCurrent(): boolean;
  release(): void;
}

/**
 * Takes a lock if nobody holds it.
 *
 * @param path the lock's file; made when it is not there, with its folder
 * @returns undefined when another process, or another part of this one, holds it
 * @throws FedshotError `io`
 */
export function tryLock(path: string): HeldLock | undefined {
  try {
    makeFolder(dirname(path));
    for (;;) {
      const fd = openSync(path, 'a+', 0o644);
      try {
        if (!lockDescriptor(fd)) {
          closeSync(fd);
          return undefined;
        }
        // Somebody may have removed the file between the opening and the lock.
        if (isAt(fd, path)) return hold(fd, path);
      } catch (error) {
        closeSync(fd);
        throw error;
      }
      closeSync(fd);
    }
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot lock ${path}`);
  }
}

/** Who held the lock last, for a message: a process number, or `?`. */
export function lockOwner(path: string): string {
  try {
    return /^\d+/.exec(readFileSync(path, 'utf8'))?.[0] ?? '?';
  } catch {
    return '?';
  }
}

/**
 * Runs `work` while no other process holds the lock.
 * @throws FedshotError `io` when another process holds it for two minutes
 */
export async function withLock<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += RETRY_MS) {
    const lock = tryLock(path);
    if (lock)
      try {
        return await work();
      } finally {
        lock.release();
      }
    if (waited > PATIENCE_MS) throw held(path);
    await sleep(RETRY_MS);
  }
}

/**
 * As {@link withLock} for work that must not be interleaved with anything else of this process either;
 * the process stands still while it waits.
 *
 * @throws FedshotError `io` when another process holds it for two minutes
 */
export function withLockSync<T>(path: string, work: () => T): T {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += RETRY_MS) {
    const lock = tryLock(path);
    if (lock)
      try {
        return work();
      } finally {
        lock.release();
      }
    if (waited > PATIENCE_MS) throw held(path);
    Atomics.wait(cell, 0, 0, RETRY_MS);
  }
}

function held(path: string): FedshotError {
  return new FedshotError('io', `${path}: process ${lockOwner(path)} holds this lock`, {
    hint: 'wait for that process to end, or end it',
  });
}

/** @returns false when somebody else holds the lock */
function lockDescriptor(fd: number): boolean {
  const koffi = native();
  flock ??= koffi.load(null).func('int flock(int fd, int operation)') as Flock;
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const code = koffi.errno();
  if (code === koffi.os.errno.EWOULDBLOCK || code === koffi.os.errno.EINTR) return false;
  throw new FedshotError('io', `this file system knows no locks (error ${code})`, {
    hint: 'put the folder on a local disk, or on NFS version 4',
  });
}

function isAt(fd: number, path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const ours = fstatSync(fd);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

function hold(fd: number, path: string): HeldLock {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${process.pid}\n`);
  } catch {
    // The number is for a message only; on a full disk the lock is held all the same.
  }
  return { isCurrent: () => isAt(fd, path), release: () => closeSync(fd) };
}
