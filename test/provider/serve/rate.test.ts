import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../src/provider/serve/rate.js';

describe('RateLimit', () => {
  const allowed = (limit: RateLimit, peer: string, nowMs: number): boolean => {
    try {
      limit.take(peer, nowMs);
      return true;
    } catch {
      return false;
    }
  };

  it('lets a burst through, then so many per second', () => {
    const limit = new RateLimit(3, 2);
    expect([0, 0, 0, 0].map((ms) => allowed(limit, 'a', ms))).toEqual([true, true, true, false]);
    expect(allowed(limit, 'a', 499)).toBe(false);
    expect(allowed(limit, 'a', 501)).toBe(true);
    expect(allowed(limit, 'a', 502)).toBe(false);
  });
  it('counts each peer by itself', () => {
    const limit = new RateLimit(1, 1);
    expect(['a', 'b', 'a'].map((peer) => allowed(limit, peer, 0))).toEqual([true, true, false]);
  });
  it('never saves up more than its burst', () => {
    const limit = new RateLimit(2, 100);
    allowed(limit, 'a', 0);
    expect([1e9, 1e9, 1e9].map((ms) => allowed(limit, 'a', ms))).toEqual([true, true, false]);
  });
});
