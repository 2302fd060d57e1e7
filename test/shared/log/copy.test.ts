import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyLog, readLog, TransparencyLog } from '../../../src/shared/log/index.js';
import { tempDir } from '../../fixtures/temp.js';
import { digests, entry, grow, key, keysOf } from './history.js';

const signer = key(7);
const keys = keysOf(signer, key(8));

describe('copyLog', () => {
  test.each([0, 1, 255, 256, 257, 600])(
    'copies a log of %i leaves, which reads as whole',
    async (count) => {
      const [dir, out] = [join(tempDir(), 'log'), join(tempDir(), 'copy')];
      await grow(dir, signer, keys, count);
      expect(copyLog(dir, out, keys).size).toBe(count);
      expect(readLog(out, keys)).toMatchObject({ findings: [], checkpoint: { size: count } });
      expect(readdirSync(out)).not.toContain('journal');
    },
  );

  test('what a server writes meanwhile does not get into it', async () => {
    const [dir, out] = [join(tempDir(), 'log'), join(tempDir(), 'copy')];
    await grow(dir, signer, keys, 250);
    const log = await TransparencyLog.open({ dir, signer, keys, publishMs: 60_000 });
    await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(entry(250 + i))));
    log.keep('ef'.repeat(32), Buffer.from('of a leaf that the copy does not have'));
    expect(copyLog(dir, out, keys).size).toBe(250); // bundle 0 became full in between
    await log.close();
    expect(readLog(out, keys)).toMatchObject({ findings: [], checkpoint: { size: 250 } });
    expect(Object.keys(digests(out)).filter((path) => path.startsWith('responses'))).toEqual([]);
  });

  test('keeps how the keys changed, and can be continued', async () => {
    const [dir, out] = [join(tempDir(), 'log'), join(tempDir(), 'copy')];
    await grow(dir, signer, keys, 30);
    await grow(dir, key(8), keys, 3);
    copyLog(dir, out, keys);
    expect(readdirSync(join(out, 'closed'))).toHaveLength(1);
    await grow(out, key(8), keys, 5);
    expect(readLog(out, keys)).toMatchObject({ findings: [], checkpoint: { size: 38 } });
  });

  test('attack: a log that was tampered with is not copied as if it were whole', async () => {
    const dir = join(tempDir(), 'log');
    await grow(dir, signer, keys, 300);
    const other = join(tempDir(), 'other');
    await grow(other, signer, keys, 300, 5);
    const { cpSync } = await import('node:fs');
    cpSync(join(other, 'tile/entries/000'), join(dir, 'tile/entries/000'));
    expect(() => copyLog(dir, join(tempDir(), 'copy'), keys)).toThrow(/leaf 0 was changed/);
  });
});
