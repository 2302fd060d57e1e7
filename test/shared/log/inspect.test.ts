import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectLog, readLog, TransparencyLog } from '../../../src/shared/log/index.js';
import { tempDir } from '../../fixtures/temp.js';
import { digests, grow, key, keysOf, restore } from './history.js';

const signer = key(7);
const keys = keysOf(signer);
const RECORD = 136;
const open = (dir: string) => TransparencyLog.open({ dir, signer, keys });

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
};

/** 300 full leaves in a bundle and 72 in the journal, with a copy to put back. */
async function written(count = 328): Promise<{ dir: string; copy: string }> {
  const dir = join(tempDir(), 'log');
  const copy = join(tempDir(), 'copy');
  await grow(dir, signer, keys, count);
  cpSync(dir, copy, { recursive: true });
  return { dir, copy };
}

describe('a refused start', () => {
  test.each([
    ['record 0 of the journal', (dir: string) => flip(join(dir, 'journal/1'), 3)],
    ['record 5', (dir: string) => flip(join(dir, 'journal/1'), 5 * RECORD + 40)],
    ['the last record', (dir: string) => flip(join(dir, 'journal/1'), 71 * RECORD + 130)],
    ['a journal cut short', (dir: string) => truncateSync(join(dir, 'journal/1'), 20 * RECORD)],
    ['an empty journal', (dir: string) => truncateSync(join(dir, 'journal/1'), 0)],
    ['a tile', (dir: string) => flip(join(dir, 'tile/0/000'), 100)],
    ['an empty tile', (dir: string) => truncateSync(join(dir, 'tile/0/000'), 0)],
    ['a tile that is gone', (dir: string) => rmSync(join(dir, 'tile/0/000'))],
    ['a bundle that is gone', (dir: string) => rmSync(join(dir, 'tile/entries/000'))],
    ['the checkpoint', (dir: string) => flip(join(dir, 'checkpoint'), 45)],
    ['a checkpoint that is gone', (dir: string) => rmSync(join(dir, 'checkpoint'))],
  ])(
    'with a fault in %s changes no file; with the original put back it starts',
    async (_name, harm) => {
      const { dir, copy } = await written();
      harm(dir);
      const before = digests(dir);
      for (let attempt = 0; attempt < 2; attempt++)
        await expect(open(dir)).rejects.toMatchObject({ name: 'FedshotError' });
      expect(digests(dir)).toEqual(before);
      restore(copy, dir);
      const log = await open(dir);
      expect(log.size).toBe(328);
      await log.close();
      expect(readLog(dir, keys).findings).toEqual([]);
    },
  );

  test('every single byte of a short journal: refused, or without effect on a leaf', async () => {
    const { dir, copy } = await written(3);
    for (let at = 0; at < 3 * RECORD; at += 7) {
      restore(copy, dir);
      flip(join(dir, 'journal/0'), at);
      const before = digests(dir);
      await expect(open(dir)).rejects.toThrow(/covers 3 leaves, and \d are there/);
      expect(digests(dir)).toEqual(before);
    }
  });

  test('twin: what a crash tore behind the checkpoint is cut off, and all that was signed stays', async () => {
    const { dir } = await written();
    flip(join(dir, 'journal/1'), 80 * RECORD); // behind the 72 records that are signed
    const log = await open(dir);
    expect(log.size).toBe(328);
    await log.close();
  });
});

describe('inspectLog', () => {
  test('continues a copy of the public files, which has no journal', async () => {
    const { dir } = await written();
    rmSync(join(dir, 'journal'), { recursive: true });
    expect(inspectLog(dir, keys).tree.size).toBe(328);
    expect(existsSync(join(dir, 'journal'))).toBe(false);
    await grow(dir, signer, keys, 4, 328);
    const { findings, leaves } = readLog(dir, keys);
    expect(findings).toEqual([]);
    expect(leaves.map(({ bytes }) => bytes)).toEqual(
      Array.from({ length: 332 }, (_, i) => 1000 + i),
    );
  });

  test('attack: a changed leaf in such a copy is refused', async () => {
    const { dir } = await written();
    rmSync(join(dir, 'journal'), { recursive: true });
    flip(join(dir, 'tile/entries/001.p/72'), 60);
    await expect(open(dir)).rejects.toThrow('not those that were signed');
  });
});
