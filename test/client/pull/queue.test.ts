import { describe, expect, it } from 'vitest';
import { Queue } from '../../../src/client/pull/queue.js';
import type { Wanted } from '../../../src/client/pull/chunk-file.js';
import type { Source } from '../../../src/client/transfer/index.js';

const MiB = 2 ** 20;
const chunks = (count: number): Wanted[] =>
  Array.from({ length: count }, (_, index) => {
    const wanted: Partial<Wanted> = { index, chunk: { sha256: String(index), size: MiB } };
    return wanted as Wanted;
  });
const source = (name: string): Source => ({ name }) as Source;
const [slow, fast] = [source('slow'), source('fast')];

describe('Queue', () => {
  it('asks one source for each chunk, in ascending order and no more than fit', async () => {
    const queue = new Queue(chunks(5));
    expect((await queue.take(slow, 2 * MiB)).map(({ index }) => index)).toEqual([0, 1]);
    expect((await queue.take(fast, 2 * MiB)).map(({ index }) => index)).toEqual([2, 3]);
    expect(queue.left).toBe(5);
  });

  it('asks another as well for what does not come, and ends with whoever was first', async () => {
    let now = 0;
    const queue = new Queue(chunks(2), 5, () => now);
    const [held] = await queue.take(slow, MiB);
    const [other] = await queue.take(fast, MiB);
    if (!held || !other) throw new Error('nothing was given');
    expect(queue.claim(other)).toBe(true);
    queue.finished(other);
    const again = queue.take(fast, MiB);
    now = 6;
    expect(await again).toEqual([held]);
    expect(queue.claim(held)).toBe(true);
    expect(queue.claim(held)).toBe(false); // the slow one comes late
    queue.finished(held);
    await queue.ended;
    expect(await queue.take(slow, MiB)).toEqual([]);
  });

  it('does not ask the same source twice for what it has not brought', async () => {
    let now = 0;
    const queue = new Queue(chunks(1), 5, () => now);
    const batch = await queue.take(slow, MiB);
    now = 100;
    const waiting = queue.take(slow, MiB);
    queue.giveBack(slow, batch);
    expect(await waiting).toEqual(batch);
  });

  it('what one gives back stays with the other that was asked', async () => {
    let now = 0;
    const queue = new Queue(chunks(1), 5, () => now);
    const batch = await queue.take(slow, MiB);
    now = 6;
    await queue.take(fast, MiB);
    queue.giveBack(slow, batch);
    expect(queue.left).toBe(1);
    const [entry] = batch;
    if (!entry) throw new Error('nothing was given');
    expect(queue.claim(entry)).toBe(true);
    queue.finished(entry);
    expect(queue.left).toBe(0);
  });

  it('lets go of everybody when nobody is to wait any more', async () => {
    const queue = new Queue(chunks(1));
    const [entry] = await queue.take(slow, MiB);
    const waiting = queue.take(fast, MiB);
    queue.giveUp();
    expect(await waiting).toEqual([]);
    await queue.ended;
    if (!entry) throw new Error('nothing was given');
    expect(queue.claim(entry)).toBe(false);
  });
});
