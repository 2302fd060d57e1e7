import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/shared/engine/turns.js';

const A = { name: 'a' };
const B = { name: 'b' };

describe('Turns', () => {
  it('come one after the other, first come first served, also when one fails', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const job = (holder: typeof A, name: string, fails = false) =>
      turns.take(holder, async () => {
        seen.push(`${name} begins`);
        await wait(1);
        seen.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const jobs = [job(A, '1'), job(B, '2', true), job(A, '3')];
    expect(seen).toEqual([]);
    const outcomes = await Promise.allSettled(jobs);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual(['1', '2', '3'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('do not wait for themselves: the same holder goes on within its turn', async () => {
    const turns = new Turns();
    const inner = turns.take(A, () => turns.take(A, () => turns.take(A, () => turns.holder())));
    expect(await inner).toBe(A);
    expect(turns.holder()).toBeUndefined();
  });

  it('refuse another holder within one, for it would wait forever', async () => {
    const turns = new Turns();
    const refused = turns.take(A, () => turns.take(B, () => 1));
    await expect(refused).rejects.toMatchObject({
      code: 'usage',
      message: 'engine b cannot compute within a turn of engine a',
    });
    expect(await turns.take(B, () => 2)).toBe(2);
  });

  it('end when all is done that was begun in them, awaited or not', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const first = turns.take(A, () => {
      void turns.take(A, async () => {
        await wait(5);
        void turns.take(A, async () => {
          await wait(5);
          seen.push('begun within');
        });
      });
      return Promise.resolve('given up');
    });
    const next = turns.take(B, () => void seen.push('next'));
    expect(await first).toBe('given up');
    await next;
    expect(seen).toEqual(['begun within', 'next']);
  });

  it('are asked for anew by what outlives its own', async () => {
    const turns = new Turns();
    let later: Promise<unknown> | undefined;
    await turns.take(A, () => {
      later = wait(5).then(() => turns.take(B, () => turns.holder()));
    });
    expect(await later).toBe(B);
  });

  it('are free again when what comes around one fails', async () => {
    const turns = new Turns();
    const around = (): Promise<never> => Promise.reject(new Error('no backend'));
    await expect(turns.take(A, () => 1, around)).rejects.toThrow('no backend');
    expect(await turns.take(B, () => 2)).toBe(2);
  });
});
