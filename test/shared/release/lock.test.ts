import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withLock, withLockSync } from '../../../src/shared/release/index.js';
import { tempDir } from '../../fixtures/temp.js';

const FIXTURE = join(import.meta.dirname, '../../fixtures/lock-holder.ts');
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  vi.restoreAllMocks();
});

const event = (child: ChildProcess, name: string): Promise<unknown> =>
  new Promise((resolve) => child.once(name, resolve));

async function start(...words: string[]): Promise<ChildProcess> {
  const child = fork(FIXTURE, words, { execArgv: ['--import', 'tsx'] });
  running.push(child);
  await event(child, 'message');
  return child;
}

const files = (): { dir: string; lock: string; file: string } => {
  const dir = tempDir();
  writeFileSync(join(dir, 'said'), '');
  return { dir, lock: join(dir, 'lock'), file: join(dir, 'said') };
};
/** The mark of a lock that this process holds. */
const markOf = (lock: string): string[] =>
  withLockSync(lock, () => readFileSync(lock, 'utf8').split(' '));
const age = (path: string, seconds: number): void => {
  const then = new Date(Date.now() - 1000 * seconds);
  utimesSync(path, then, then);
};

describe('withLockSync', () => {
  it('takes over at once from an owner that was killed, and leaves nothing of it', async () => {
    const { dir, lock, file } = files();
    const child = await start('hold', lock, file);
    child.kill('SIGKILL');
    await event(child, 'exit');
    expect(existsSync(lock)).toBe(true);
    const wait = vi.spyOn(Atomics, 'wait');
    expect(withLockSync(lock, () => 'ours')).toBe('ours');
    expect(wait).not.toHaveBeenCalled();
    expect(readdirSync(dir)).toEqual(['said']);
  });

  it('reused number: a process with the number of the owner is not taken for it', () => {
    const { lock } = files();
    const [pid, , ...rest] = markOf(lock);
    writeFileSync(lock, [pid, '1', ...rest].join(' '));
    const wait = vi.spyOn(Atomics, 'wait');
    expect(withLockSync(lock, () => 'ours')).toBe('ours');
    expect(wait).not.toHaveBeenCalled();
  });

  it('an owner that cannot be seen is waited for until its lock is old', () => {
    const { lock } = files();
    writeFileSync(lock, '7 77 another-machine 1');
    const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      if (wait.mock.calls.length === 5) age(lock, 20);
      return 'timed-out';
    });
    withLockSync(lock, () => undefined);
    expect(wait).toHaveBeenCalledTimes(5);
  });

  it('two owners at once: of many that find dead locks again and again, one at a time gets in', async () => {
    const { dir, lock, file } = files();
    writeFileSync(file, '0');
    const children = await Promise.all(
      Array.from({ length: 3 }, () => start('count', lock, file, '60')),
    );
    for (const child of children) child.send('go');
    expect(await Promise.all(children.map((child) => event(child, 'exit')))).toEqual([0, 0, 0]);
    expect(readFileSync(file, 'utf8')).toBe('180');
    withLockSync(lock, () => undefined);
    expect(readdirSync(dir)).toEqual(['said']);
  }, 60_000);

  it('an owner that was robbed does not take away the lock of the next', () => {
    const { lock } = files();
    withLockSync(lock, () => writeFileSync(lock, '7 77 another-machine 1'));
    expect(readFileSync(lock, 'utf8')).toBe('7 77 another-machine 1');
  });

  it('a crash while taking over from a crash is taken over as well', () => {
    const { dir, lock } = files();
    const [, started, where] = markOf(lock);
    for (const path of [lock, `${lock}.over`])
      writeFileSync(path, `4194304 ${started!} ${where!} 1`);
    expect(withLockSync(lock, () => 'ours')).toBe('ours');
    expect(readdirSync(dir)).toEqual(['said']);
  });

  it('names the owner when it gives up', () => {
    const { lock } = files();
    const mark = markOf(lock).join(' ');
    writeFileSync(lock, mark); // this process, which is alive
    vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    expect(() => withLockSync(lock, () => undefined)).toThrow(
      `${lock}: process ${process.pid} holds this lock`,
    );
    expect(readFileSync(lock, 'utf8')).toBe(mark);
  });
});

describe('withLock', () => {
  it('a living owner is waited for, however long ago it took the lock', async () => {
    const { lock, file } = files();
    const child = await start('hold', lock, file);
    age(lock, 3600);
    const add = (): void => writeFileSync(file, `${readFileSync(file, 'utf8')}we\n`);
    const done = withLock(lock, add);
    for (let look = 0; look < 10; look++) await sleep(20); // it may look ten times, and has to wait
    expect(readFileSync(file, 'utf8')).toBe('');
    child.send('stop');
    await done;
    expect(readFileSync(file, 'utf8')).toBe('holder\nwe\n');
  });

  it('gives the lock back when the work fails', async () => {
    const { dir, lock } = files();
    const work = (): Promise<never> => Promise.reject(new Error('no'));
    await expect(withLock(lock, work)).rejects.toThrow('no');
    expect(readdirSync(dir)).toEqual(['said']);
  });
});
