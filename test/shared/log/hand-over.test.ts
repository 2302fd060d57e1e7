import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe, test } from 'vitest';
import {
  checkpointSigners,
  openCheckpoint,
  parseCheckpoint,
  readLog,
  TransparencyLog,
  witness,
} from '../../../src/shared/log/index.js';
import { verifyConsistency } from '../../../src/shared/log/merkle.js';
import { tempDir } from '../../fixtures/temp.js';
import { entry, grow, key, keysOf } from './history.js';

const [first, second, third] = [key(1), key(2), key(3)];
const all = keysOf(first, second, third);

const closed = (dir: string): string[] =>
  readdirSync(join(dir, 'closed')).map((name) => readFileSync(join(dir, 'closed', name), 'utf8'));

describe('a change of the log key', () => {
  test('goes on with the same log: both keys sign the state between', async () => {
    const dir = tempDir();
    const before = parseCheckpoint(await grow(dir, first, all, 300));
    const after = openCheckpoint(await grow(dir, second, all, 20), all);
    expect(after).toMatchObject({ origin: before.origin, size: 320, keyid: second.keyid });
    const [note, ...more] = closed(dir);
    expect(more).toEqual([]);
    expect(parseCheckpoint(note!)).toEqual(before);
    expect(checkpointSigners(note!, all)).toEqual([first.keyid, second.keyid]);
    expect(readLog(dir, all).findings).toEqual([]);
  });

  test('happens in a running log, and no leaf is lost or signed twice', async () => {
    const dir = tempDir();
    const log = await TransparencyLog.open({ dir, signer: first, keys: all });
    const states = [];
    for (const signer of [first, second, third]) {
      log.handOver(signer);
      await Promise.all([entry(0), entry(1), entry(2)].map((one) => log.append(one)));
      states.push(openCheckpoint(log.checkpoint(), keysOf(signer)));
    }
    for (const { size, root } of states) {
      const now = states.at(-1)!;
      expect(verifyConsistency(size, 9, log.consistency(size, 9), root, now.root)).toBe(true);
    }
    await log.close();
    expect(
      closed(dir)
        .map((note) => parseCheckpoint(note).size)
        .sort(),
    ).toEqual([3, 6]);
    expect(readLog(dir, all)).toMatchObject({ findings: [], checkpoint: { size: 9 } });
  });

  test('a server that was killed after a change signs the state between again', async () => {
    const dir = tempDir();
    await grow(dir, first, all, 5);
    const log = await TransparencyLog.open({ dir, signer: second, keys: all });
    expect(log.keyid).toBe(second.keyid);
    await log.close();
    await grow(dir, second, all, 5); // opened once more, with the key that it has
    expect(closed(dir)).toHaveLength(1);
  });

  test('a site that missed any number of changes follows', async () => {
    for (const missed of [0, 1, 2, 5]) {
      const dir = tempDir();
      const keys = keysOf(...Array.from({ length: 7 }, (_, i) => key(i + 1)));
      const seen = await witness(undefined, await grow(dir, key(1), keys, 7), { keys }, () =>
        Promise.reject(new Error('asked without need')),
      );
      if (!seen.consistent) throw new Error(seen.evidence.why);
      for (let step = 1; step <= missed; step++) await grow(dir, key(1 + step), keys, step);
      const newest = keysOf(key(1 + missed));
      const log = await TransparencyLog.open({ dir, signer: key(1 + missed), keys });
      const ask = (a: number, b: number) => Promise.resolve(log.consistency(a, b));
      const now = await witness(seen.state, log.checkpoint(), { keys: newest }, ask);
      await log.close();
      expect(now.consistent).toBe(true);
    }
  });

  test('attack: another log under the new key wipes out the old one: refused, evidence is kept', async () => {
    const keys = keysOf(first, second);
    const note = await grow(tempDir(), first, keys, 7);
    const seen = await witness(undefined, note, { keys: keysOf(first) }, () => Promise.resolve([]));
    if (!seen.consistent) throw new Error(seen.evidence.why);
    const begun = await grow(tempDir(), second, keys, 9);
    const now = await witness(seen.state, begun, { keys: keysOf(second) }, () =>
      Promise.resolve([]),
    );
    expect(now).toMatchObject({ consistent: false, evidence: { seen: note, offered: begun } });
  });

  test('twin: the log of a second server, whose key was known before, is taken', async () => {
    const keys = keysOf(first, second);
    const note = await grow(tempDir(), first, keys, 7);
    const seen = await witness(undefined, note, { keys }, () => Promise.resolve([]));
    if (!seen.consistent) throw new Error(seen.evidence.why);
    const other = await grow(tempDir(), second, keys, 9);
    // The first server and its key are gone.
    const now = await witness(seen.state, other, { keys: keysOf(second) }, () =>
      Promise.resolve([]),
    );
    expect(now.consistent).toBe(true);
  });

  test('twin: both servers change keys before the site comes to the second', async () => {
    const [a, b, newB] = [key(1), key(2), key(4)];
    const note = await grow(tempDir(), a, all, 7);
    const before = { keys: keysOf(a, b) };
    const seen = await witness(undefined, note, before, () => Promise.resolve([]));
    if (!seen.consistent) throw new Error(seen.evidence.why);
    const other = tempDir();
    const keys = keysOf(b, newB);
    await grow(other, b, keys, 3);
    const offered = await grow(other, newB, keys, 2);
    const trust = { keys: keysOf(key(3), newB) };
    const now = await witness(seen.state, offered, trust, () => Promise.resolve([]));
    expect(now.consistent).toBe(true);
  });

  test('attack: the old key signs on after it has left the root: refused', async () => {
    const keys = keysOf(first, second);
    const dir = tempDir();
    const note = await grow(dir, first, keys, 7);
    await expect(
      witness(undefined, note, { keys: keysOf(second) }, () => Promise.resolve([])),
    ).rejects.toMatchObject({ code: 'signature' });
  });
});
