import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockLog } from '../../../src/shared/log/lock.js';
import { tempDir } from '../../fixtures/temp.js';

const STILL_MS = 400;
const ignore = (): void => undefined;
const lock = (dir: string, lost = ignore) => lockLog(dir, lost, STILL_MS);

describe('lockLog', () => {
  test('a second writer is refused, and admitted once the first has gone', async () => {
    const dir = tempDir();
    const unlock = await lock(dir);
    await expect(lock(dir)).rejects.toMatchObject({ code: 'log' });
    unlock();
    (await lock(dir))();
    expect(existsSync(join(dir, '.lock'))).toBe(false);
  });

  test('a lock of a process that is gone is taken over', async () => {
    const dir = tempDir();
    (await lock(dir))();
    const unlock = await lock(dir);
    const [, started, here] = readFileSync(join(dir, '.lock'), 'utf8').split(' ');
    writeFileSync(join(dir, '.lock'), `4194304 ${started!} ${here!}`); // above the highest number
    (await lock(dir))();
    unlock();
  });

  test('a lock of another process that has the same number is taken over', async () => {
    const dir = tempDir();
    await lock(dir);
    const [pid, , here] = readFileSync(join(dir, '.lock'), 'utf8').split(' ');
    writeFileSync(join(dir, '.lock'), `${pid!} 1 ${here!}`);
    (await lock(dir))();
  });

  test('a writer in a container, who is only seen to touch the lock, is not robbed of it', async () => {
    const dir = tempDir();
    const path = join(dir, '.lock');
    writeFileSync(path, '2 77 another-machine');
    const beat = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
    onTestFinished(() => clearInterval(beat));
    await expect(lock(dir)).rejects.toMatchObject({ code: 'log' });
    clearInterval(beat);
    (await lock(dir))(); // now it stands still
  });

  test('a writer whose lock was taken all the same is told', async () => {
    const dir = tempDir();
    const lost = new Promise<void>(
      (resolve) =>
        void lock(dir, resolve).then(() =>
          writeFileSync(join(dir, '.lock'), '2 77 another-machine'),
        ),
    );
    await lost;
    expect(readFileSync(join(dir, '.lock'), 'utf8')).toBe('2 77 another-machine');
  });
});
