import { describe, expect, it } from 'vitest';
import { random } from '../../src/shared/random.js';

describe('random.choose', () => {
  it.each([0, 0.1, 0.3, 0.5, 1])('makes the very draws of next, with probability %d', (p) => {
    const [fast, plain] = [random('choose', p), random('choose', p)];
    const target = new Float32Array(1001);
    fast.choose(target, p, 7, 2);
    expect([...target]).toEqual(Array.from(target, () => (plain.next() < p ? 7 : 2)));
    expect(fast.next()).toBe(plain.next());
  });
});
