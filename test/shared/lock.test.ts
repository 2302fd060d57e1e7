import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { program } from '../../scripts/program.js';
import { tryLock, withLock, withLockSync } from '../../src/shared/lock.js';
import { tempDir } from '../fixtures/temp.js';

let holder: string;
beforeAll(async () => {
  holder = await program(join(import.meta.dirname, '../fixtures/lock-holder.ts'));
});
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  vi.restoreAllMocks();
});

const event = (child: ChildProcess, name: string): Promise<unknown> =>
  new Promise((resolve) => child.once(name, resolve));

async function start(...words: string[]): Promise<ChildProcess> {
  const child = fork(holder, words, { execArgv: [] });
  running.push(child);
  await event(child, 'message');
  return child;
}

const files = (): { dir: string; lock: string; file: string } => {
  const dir = tempDir();
  writeFileSync(join(dir, 'said'), '');
  return { dir, lock: join(dir, 'lock'), file: join(dir, 'said') };
};

describe('withLockSync', () => {
  it('is free at once when its owner was killed', async () => {
    const { lock, file } = files();
    const child = await start('hold', lock, file);
    expect(tryLock(lock)).toBeUndefined();
    child.kill('SIGKILL');
    await event(child, 'exit');
    const wait = vi.spyOn(Atomics, 'wait');
    expect(withLockSync(lock, () => 'ours')).toBe('ours');
    expect(wait).not.toHaveBeenCalled();
  });

  it.each([
    ['of a version that wrote an owner into it', '7 77 another-machine 1', 0],
    ['dated tomorrow', '', 86_400],
  ])('a file that nobody holds is free: %s', (_, content, ahead) => {
    const { lock } = files();
    writeFileSync(lock, content);
    const then = new Date(Date.now() + ahead * 1000);
    utimesSync(lock, then, then);
    const wait = vi.spyOn(Atomics, 'wait');
    expect(withLockSync(lock, () => 'ours')).toBe('ours');
    expect(wait).not.toHaveBeenCalled();
  });

  it('two owners at once: of several processes one at a time gets in', async () => {
    const { lock, file } = files();
    writeFileSync(file, '0');
    const children = await Promise.all(
      Array.from({ length: 3 }, () => start('count', lock, file, '60')),
    );
    for (const child of children) child.send('go');
    expect(await Promise.all(children.map((child) => event(child, 'exit')))).toEqual([0, 0, 0]);
    expect(readFileSync(file, 'utf8')).toBe('180');
  }, 60_000);

  it('names the owner when it gives up', async () => {
    const { lock, file } = files();
    const child = await start('hold', lock, file);
    vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    expect(() => withLockSync(lock, () => undefined)).toThrow(
      `${lock}: process ${String(child.pid)} holds this lock`,
    );
  });
});

describe('tryLock', () => {
  it('knows when its file was taken away, and another may hold the new one', () => {
    const { lock } = files();
    const first = tryLock(lock);
    expect(first?.isCurrent()).toBe(true);
    rmSync(lock);
    expect(first?.isCurrent()).toBe(false);
    const second = tryLock(lock);
    expect(second?.isCurrent()).toBe(true);
    first?.release();
    expect(tryLock(lock)).toBeUndefined();
    second?.release();
  });
});

describe('withLock', () => {
  it('a living owner is waited for, however long ago it took the lock', async () => {
    const { lock, file } = files();
    const child = await start('hold', lock, file);
    const then = new Date(Date.now() - 3_600_000);
    utimesSync(lock, then, then);
    const add = (): void => writeFileSync(file, `${readFileSync(file, 'utf8')}we\n`);
    const done = withLock(lock, add);
    for (let look = 0; look < 10; look++) await sleep(20); // it may look ten times, and has to wait
    expect(readFileSync(file, 'utf8')).toBe('');
    child.send('stop');
    await done;
    expect(readFileSync(file, 'utf8')).toBe('holder\nwe\n');
  });

  it('gives the lock back when the work fails', async () => {
    const { lock } = files();
    const work = (): Promise<never> => Promise.reject(new Error('no'));
    await expect(withLock(lock, work)).rejects.toThrow('no');
    expect(withLockSync(lock, () => 'free')).toBe('free');
  });
});
