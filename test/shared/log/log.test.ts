import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  decodeLeaf,
  openCheckpoint,
  readLog,
  TransparencyLog,
  type LeafContent,
} from '../../../src/shared/log/index.js';
import { hashLeaf, verifyConsistency, verifyInclusion } from '../../../src/shared/log/merkle.js';
import { signerOf } from '../../../src/shared/release/index.js';

const signer = signerOf(new Uint8Array(32).fill(7));
const keys = new Map([[signer.keyid, signer.publicKey]]);
const other = signerOf(new Uint8Array(32).fill(8));

const entry = (index: number): LeafContent => ({
  method: 'GetChunks',
  status: 0,
  call: 1,
  port: 40_000,
  peer: undefined,
  release: 'ab'.repeat(32),
  index,
  response: 'cd'.repeat(32),
  bytes: 1000 + index,
});

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'fedshot-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (at = dir) => TransparencyLog.open({ dir: at, signer, keys });

async function written(count: number): Promise<void> {
  const log = await open();
  await Promise.all(Array.from({ length: count }, (_, i) => log.append(entry(i))));
  await log.close();
}

describe('TransparencyLog', () => {
  test.each([0, 1, 255, 256, 257, 700])('keeps %i leaves as they were given', async (count) => {
    await written(count);
    const { leaves, findings, checkpoint } = readLog(dir, keys);
    expect(findings).toEqual([]);
    expect(checkpoint.size).toBe(count);
    expect(leaves.map((leaf) => leaf.bytes)).toEqual(
      Array.from({ length: count }, (_, i) => 1000 + i),
    );
  });

  test('goes on after a restart, and proves every later state to extend every earlier one', async () => {
    const states = [];
    for (let round = 0; round < 6; round++) {
      const log = await open();
      await Promise.all(Array.from({ length: 93 }, (_, i) => log.append(entry(i))));
      states.push(openCheckpoint(log.checkpoint(), keys));
      for (const old of states) {
        const now = states.at(-1)!;
        const proof = log.consistency(old.size, now.size);
        expect(verifyConsistency(old.size, now.size, proof, old.root, now.root)).toBe(true);
      }
      await log.close();
    }
    const { leaves, findings } = readLog(dir, keys);
    expect(findings).toEqual([]);
    expect(leaves).toHaveLength(6 * 93);
  });

  test('proves each leaf, in stored bundles and in the journal', async () => {
    const log = await open();
    await Promise.all(Array.from({ length: 300 }, (_, i) => log.append(entry(i))));
    const { size, root } = openCheckpoint(log.checkpoint(), keys);
    for (const index of [0, 17, 255, 256, 299]) {
      const { leaf, proof } = log.inclusion(size, index);
      expect(decodeLeaf(leaf).bytes).toBe(1000 + index);
      expect(verifyInclusion(size, index, hashLeaf(leaf), proof, root)).toBe(true);
    }
    expect(() => log.inclusion(size, 300)).toThrow('no leaf 300');
    expect(() => log.consistency(1, 301)).toThrow('no trees');
    await log.close();
  });

  test('a second server on the same log is refused: a fork in the making', async () => {
    const log = await open();
    await expect(open()).rejects.toThrow('writes this log already');
    await log.close();
    await (await open()).close();
  });

  test('a record torn by a crash is dropped, what was acknowledged before it stays', async () => {
    const log = await open();
    await log.append(entry(0));
    await log.append(entry(1));
    const copy = `${dir}-copy`;
    cpSync(dir, copy, { recursive: true });
    await log.close();
    rmSync(join(copy, '.lock'));
    const journal = readFileSync(join(copy, 'journal/0'));
    journal.fill(1, 2 * 136, 2 * 136 + 50); // its beginning came, its end did not,
    journal.copy(journal, 3 * 136, 0, 136); // and what was written after it did
    writeFileSync(join(copy, 'journal/0'), journal);
    const again = await open(copy);
    expect(again.size).toBe(2);
    expect(await again.append(entry(2))).toBe(2);
    await again.close();
    expect(readLog(copy, keys).findings).toEqual([]);
    rmSync(copy, { recursive: true });
  });

  test('a leaf removed from the journal after it was signed is refused at the next start', async () => {
    await written(10);
    truncateSync(join(dir, 'journal/0'), 9 * 136);
    await expect(open()).rejects.toThrow('covers 10 leaves, and 9 are there');
  });

  test('leaves rewritten after they were signed are refused at the next start', async () => {
    await written(10);
    const forged = `${dir}-forged`;
    const log = await open(forged);
    for (let i = 0; i < 10; i++) await log.append(entry(100 + i));
    await log.close();
    cpSync(join(forged, 'journal/0'), join(dir, 'journal/0'));
    await expect(open()).rejects.toThrow('not those that were signed');
    rmSync(forged, { recursive: true });
  });

  test('takes nothing any more once a leaf could not be written', async () => {
    const log = await open();
    await log.append(entry(0));
    rmSync(join(dir, 'journal'), { recursive: true });
    writeFileSync(join(dir, 'journal'), '');
    const all = await Promise.allSettled(
      Array.from({ length: 300 }, (_, i) => log.append(entry(i))),
    );
    expect(all.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    await expect(log.append(entry(1))).rejects.toMatchObject({ code: 'log' });
  });
});

describe('readLog', () => {
  test('reads a log that has no leaves yet', async () => {
    const log = await open();
    const { checkpoint, leaves, findings } = readLog(dir, keys);
    expect([checkpoint.size, leaves, findings]).toEqual([0, [], []]);
    await log.close();
  });

  const bundle = 'tile/entries/000.p/10';

  test('a leaf taken out is named: gap', async () => {
    await written(10);
    const bytes = readFileSync(join(dir, bundle));
    writeFileSync(
      join(dir, bundle),
      Buffer.concat([bytes.subarray(0, 4 * 130), bytes.subarray(5 * 130)]),
    );
    const { findings } = readLog(dir, keys);
    expect(findings[0]).toContain('9 leaves where the checkpoint covers 10');
    expect(findings[1]).toBe('leaf 4 is missing: number 5 stands in its place');
  });

  test('a changed leaf is named', async () => {
    await written(10);
    const bytes = readFileSync(join(dir, bundle));
    bytes[6 * 130 + 2 + 31]! ^= 1; // the byte count of leaf 6
    writeFileSync(join(dir, bundle), bytes);
    const { findings } = readLog(dir, keys);
    expect(findings.join()).toContain('leaf 6 was changed');
    expect(findings.join()).toContain('do not have the root that was signed');
  });

  test('a log rewritten in all its files does not have the root that was signed', async () => {
    await written(10);
    const note = readFileSync(join(dir, 'checkpoint'));
    rmSync(dir, { recursive: true });
    const log = await open();
    for (let i = 0; i < 10; i++) await log.append(entry(50 + i));
    await log.close();
    writeFileSync(join(dir, 'checkpoint'), note);
    expect(readLog(dir, keys).findings).toEqual([
      'the 10 leaves do not have the root that was signed',
    ]);
  });

  test('a bundle that is gone is named with the leaves that were in it', async () => {
    await written(300);
    rmSync(join(dir, 'tile/entries/000'));
    expect(readLog(dir, keys).findings).toEqual(['leaves 0 to 255 are gone: no tile/entries/000']);
  });

  test('a checkpoint signed by another key is refused', async () => {
    await written(3);
    expect(() => readLog(dir, new Map([[other.keyid, other.publicKey]]))).toThrow('not signed by');
    expect(existsSync(join(dir, 'checkpoint'))).toBe(true);
  });
});
