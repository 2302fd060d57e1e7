import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockLog } from '../../../src/shared/log/lock.js';
import { tempDir } from '../../fixtures/temp.js';

const ignore = (): void => undefined;

describe('lockLog', () => {
  test('a second writer is refused, and admitted once the first has gone', () => {
    const dir = tempDir();
    const unlock = lockLog(dir, ignore);
    expect(() => lockLog(dir, ignore)).toThrow(
      `${dir}: process ${process.pid} writes this log already`,
    );
    unlock();
    lockLog(dir, ignore)();
  });

  test('a writer whose lock was taken away is told', async () => {
    const dir = tempDir();
    const lost = new Promise<void>((resolve) => void lockLog(dir, resolve, 20));
    rmSync(join(dir, '.lock'));
    await lost;
  });
});
