import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RateLimit } from '../../../src/provider/serve/rate.js';
import { CutOff } from '../../../src/shared/rpc/index.js';

describe('RateLimit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  const allowed = (limit: RateLimit, peer: string): boolean => {
    try {
      limit.take(peer);
      return true;
    } catch {
      return false;
    }
  };
  const answered = (unanswered: number): unknown =>
    expect.objectContaining({ code: 'limit', unanswered });
  const calls = (limit: RateLimit, peer: string, count: number): number =>
    Array.from({ length: count }, () => allowed(limit, peer)).filter(Boolean).length;

  it('lets a burst through, then so many per second', () => {
    const limit = new RateLimit(3, 2);
    expect(calls(limit, 'a', 4)).toBe(3);
    vi.advanceTimersByTime(499);
    expect(allowed(limit, 'a')).toBe(false);
    vi.advanceTimersByTime(2);
    expect(allowed(limit, 'a')).toBe(true);
    vi.advanceTimersByTime(1);
    expect(allowed(limit, 'a')).toBe(false);
  });
  it('counts each peer by itself', () => {
    const limit = new RateLimit(1, 1);
    expect(['a', 'b', 'a'].map((peer) => allowed(limit, peer))).toEqual([true, true, false]);
  });
  it('never saves up more than its burst', () => {
    const limit = new RateLimit(2, 100);
    allowed(limit, 'a');
    vi.advanceTimersByTime(1e9);
    expect(calls(limit, 'a', 3)).toBe(2);
  });
  it('answers one call too many a minute, with how many were cut off', () => {
    const limit = new RateLimit(1, 0.001);
    limit.take('a');
    expect(() => limit.take('a')).toThrow(answered(0));
    for (let i = 0; i < 5; i++) expect(() => limit.take('a')).toThrow(CutOff);
    vi.advanceTimersByTime(60_001);
    expect(() => limit.take('a')).toThrow(answered(5));
  });
  it('charges a refused call for more than itself, down to nothing and no further', () => {
    const limit = new RateLimit(20, 1);
    limit.charge('a', 10);
    expect(calls(limit, 'a', 20)).toBe(10);
    limit.charge('a', 10);
    vi.advanceTimersByTime(1001);
    expect(calls(limit, 'a', 2)).toBe(1);
  });
  it('forgets the peer longest unseen, and no other, once 10,000 more have called', () => {
    const limit = new RateLimit(1, 0.001);
    for (const peer of ['forgotten', 'kept']) limit.take(peer);
    for (let i = 0; i < 9_998; i++) limit.take(`stranger ${i}`);
    expect(allowed(limit, 'kept')).toBe(false); // and is now the youngest
    limit.take('one more');
    expect(allowed(limit, 'forgotten')).toBe(true);
    expect(allowed(limit, 'kept')).toBe(false);
  });
});
