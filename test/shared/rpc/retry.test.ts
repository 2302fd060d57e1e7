import { describe, expect, it } from 'vitest';
import { FedshotError } from '../../../src/shared/errors.js';
import { random } from '../../../src/shared/random.js';
import { backoffMs, retrying, sleep } from '../../../src/shared/rpc/index.js';

const policy = { attempts: 4, baseMs: 100, maxMs: 250 };
const gone = (): FedshotError => new FedshotError('network', 'gone');

function setUp() {
  const waits: number[] = [];
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  return { waits, options: { policy, random: random('retry'), sleep: wait } };
}

describe('backoffMs', () => {
  it('is uniform below a bound that doubles up to its maximum', () => {
    const draw = random('backoff');
    for (const [failures, bound] of [
      [1, 100],
      [2, 200],
      [3, 250],
      [9, 250],
    ] as const) {
      const waits = Array.from({ length: 2000 }, () => backoffMs(policy, failures, draw));
      expect(Math.max(...waits)).toBeLessThan(bound);
      expect(waits.reduce((a, b) => a + b) / waits.length / bound).toBeCloseTo(0.5, 1);
    }
  });
});

describe('retrying', () => {
  it('gives up after its attempts', async () => {
    const { waits, options } = setUp();
    await expect(retrying(options, () => Promise.reject(gone()))).rejects.toThrow('gone');
    expect(waits).toHaveLength(3);
  });
  it('has all its attempts again after progress', async () => {
    const { waits, options } = setUp();
    let calls = 0;
    const result = retrying(options, (progressed) => {
      if (++calls % 3 === 0) progressed();
      return calls < 10 ? Promise.reject(gone()) : Promise.resolve('done');
    });
    await expect(result).resolves.toBe('done');
    expect(waits).toHaveLength(9);
  });
  it('does not try again what cannot help', async () => {
    const { waits, options } = setUp();
    const flipped = new FedshotError('digest', 'flipped');
    await expect(retrying(options, () => Promise.reject(flipped))).rejects.toBe(flipped);
    expect(waits).toEqual([]);
  });
  it('stops waiting when it is interrupted', async () => {
    const stop = new AbortController();
    const waiting = sleep(60_000, stop.signal);
    stop.abort(new FedshotError('interrupted', 'stopped'));
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  });
});
