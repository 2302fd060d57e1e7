import { describe, expect, test } from 'vitest';
import { expiryWarnings, formatTime, isAhead } from '../../../src/shared/release/index.js';
import { days, NOW } from '../../fixtures/world.js';

const at = (n: number) => ({ what: 'root 3', expires: formatTime(days(n)), renew: 'renew it' });

describe('expiryWarnings', () => {
  test.each([
    [31, undefined],
    [30, 'in 30 days: renew it'],
    [2, 'in 2 days: renew it'],
    [1.5, 'in a day: renew it'],
    [0.5, 'within a day: renew it'],
    [-1, 'root 3 expired on 2026-11-22: renew it'],
  ])('%d days ahead', (left, text) => {
    const [line] = expiryWarnings([at(left)], NOW);
    if (text === undefined) expect(line).toBeUndefined();
    else expect(line).toContain(text);
  });

  test('names first what ends first', () => {
    expect(expiryWarnings([at(20), at(3), at(90)], NOW)).toHaveLength(2);
    expect(expiryWarnings([at(20), at(3)], NOW)[0]).toContain('in 3 days');
  });
});

describe('isAhead', () => {
  test('bears with clocks that differ by a few minutes', () => {
    expect(isAhead(formatTime(new Date(NOW.getTime() + 5 * 60_000)), NOW)).toBe(false);
    expect(isAhead(formatTime(new Date(NOW.getTime() + 11 * 60_000)), NOW)).toBe(true);
  });
});
