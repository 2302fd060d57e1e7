import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asFedshotError, FedshotError } from '../errors.js';

/** What is done under a lock takes milliseconds; a lock this old was left by a crash. */
const STALE_MS = 60_000;
/** Shorter where waiting holds everything up: one small file is read and written under it. */
const STALE_SYNC_MS = 15_000;
const RETRY_MS = 20;
const PATIENCE_MS = 2 * STALE_MS;

/**
 * Runs `work` while no other process holds the lock: `serve` renews the freshness statement while
 * `publish` writes it. A file, since the two may be containers that share a volume and no process ids.
 *
 * @throws FedshotError `io`
 */
export async function withLock<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  for (let waited = 0; !take(path); waited += RETRY_MS) {
    if (waited > PATIENCE_MS) throw held(path);
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * As {@link withLock} for work that must not be interleaved with anything else of this process either;
 * the process stands still while it waits, which is milliseconds unless a crash left the lock behind.
 *
 * @throws FedshotError `io`
 */
export function withLockSync<T>(path: string, work: () => T): T {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; !take(path, STALE_SYNC_MS); waited += RETRY_MS) {
    if (waited > PATIENCE_MS) throw held(path);
    Atomics.wait(cell, 0, 0, RETRY_MS);
  }
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

function held(path: string): FedshotError {
  return new FedshotError('io', `${path}: another process holds this lock`, {
    hint: 'if no other fedshot runs, delete the file',
  });
}

function take(path: string, staleMs = STALE_MS): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' || syscall !== 'open')
      throw asFedshotError(error, 'io', `cannot lock ${path}`);
  }
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > staleMs) rmSync(path, { force: true });
  return false;
}
