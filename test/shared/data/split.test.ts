import { describe, expect, it } from 'vitest';
import { holdOut, holdOutForCard, holdOutGroups } from '../../../src/shared/data/split.js';
import { random } from '../../../src/shared/random.js';

/** Labels with so many samples of each class, in order. */
const labels = (...counts: number[]): Int32Array =>
  Int32Array.from(counts.flatMap((count, k) => Array<number>(count).fill(k)));
const heldOf = (given: Int32Array, K: number): number[] => {
  const { kept, held } = holdOutForCard(given, K, 25, random('split'));
  expect([...kept, ...held].sort((a, b) => a - b)).toEqual([...given.keys()]); // each once
  return Array.from({ length: K }, (_, k) => held.filter((i) => given[i] === k).length);
};

describe('holdOutForCard', () => {
  it('is the tenth that it always was where that is enough', () => {
    const many = labels(800, 700);
    expect(holdOutForCard(many, 2, 25, random('split'))).toEqual(
      holdOut(1500, 0.1, random('split')),
    );
  });

  it.each([
    [
      [120, 120],
      [25, 25],
    ],
    [
      [100, 300],
      [25, 75],
    ],
    [
      [75, 90, 80],
      [25, 30, 27],
    ],
  ])('takes of %j as many as the rarest class needs: %j', (counts, held) => {
    expect(heldOf(labels(...counts), counts.length)).toEqual(held);
  });

  it.each([
    [
      [30, 210],
      [10, 70],
    ],
    [
      [3, 3],
      [1, 1],
    ],
    [
      [500, 0, 40],
      [167, 0, 13],
    ],
  ])('takes a third of %j at the most: %j', (counts, held) => {
    expect(heldOf(labels(...counts), counts.length)).toEqual(held);
  });

  it('leaves something to train on of next to nothing', () => {
    const { kept, held } = holdOutForCard(labels(1, 1, 1), 3, 25, random('split'));
    expect([kept.length, held.length]).toEqual([2, 1]);
  });
});

describe('holdOutGroups', () => {
  const groups = Array.from({ length: 100 }, (_, i) => `patient ${(i * 7) % 20}`);
  const of = (index: Int32Array): Set<string> => new Set(Array.from(index, (i) => groups[i]!));

  it('puts no group on both sides, each sample on one, and about the share aside', () => {
    const { kept, held } = holdOutGroups(groups, 0.2, random(3));
    expect([...kept, ...held].sort((a, b) => a - b)).toEqual([...groups.keys()]);
    expect([...of(held)].filter((group) => of(kept).has(group))).toEqual([]);
    expect(of(held).size).toBe(4);
  });
  it('depends on the seed, not on the order of the samples', () => {
    const reversed = holdOutGroups([...groups].reverse(), 0.2, random(3));
    const again = new Set(Array.from(reversed.held, (i) => groups[99 - i]!));
    expect(again).toEqual(of(holdOutGroups(groups, 0.2, random(3)).held));
    expect(again).not.toEqual(of(holdOutGroups(groups, 0.2, random(4)).held));
  });
  it('leaves a group to train on, whatever the share', () => {
    expect(of(holdOutGroups(groups, 0.99, random(3)).kept).size).toBe(1);
  });
});
