import { describe, expect, it } from 'vitest';
import { expectedChange } from '../../../src/client/diagnostics/expected-change.js';
import { distance, labelShift, uncertainty } from '../../../src/client/diagnostics/label-shift.js';
import { chiSquareTail, inverse, normalTail } from '../../../src/client/diagnostics/statistics.js';
import type { Card } from '../../../src/shared/model/card/index.js';
import { random } from '../../../src/shared/random.js';

describe('statistics', () => {
  it('has the tails that tables have', () => {
    expect(normalTail(1.959964)).toBeCloseTo(0.025, 5);
    expect(normalTail(-1)).toBeCloseTo(0.841345, 5);
    expect(chiSquareTail(6.6349, 1)).toBeCloseTo(0.01, 5);
    expect(chiSquareTail(9.2103, 2)).toBeCloseTo(0.01, 3);
    expect(chiSquareTail(21.666, 9)).toBeCloseTo(0.01, 3);
    expect(chiSquareTail(0, 3)).toBe(1);
  });

  it('inverts what has an inverse, also where a pivot is zero', () => {
    expect(
      inverse([
        [0, 2],
        [4, 1],
      ]),
    ).toEqual([
      [-0.125, 0.25],
      [0.5, 0],
    ]);
    expect(
      inverse([
        [1, 2],
        [2, 4],
      ]),
    ).toBeUndefined();
  });
});

/** A card of 240 held-out samples whose classes are told apart in `right` of the cases. */
const cardOf = (prior: number[], right: number, samples = 240): Card =>
  ({
    prior,
    samples,
    minimumCount: 20,
    confusion: prior.map((_, k) =>
      prior.map((_v, j) => (j === k ? right : (1 - right) / (prior.length - 1))),
    ),
  }) as unknown as Card;

/** Answers to n samples of these classes by a model of that confusion. */
function answersTo(n: number, shares: number[], card: Card, seed: number): Int32Array {
  const draw = random('answers', seed);
  const of = (row: readonly number[]): number => {
    let left = draw.next();
    const k = row.findIndex((share) => (left -= share) < 0);
    return k < 0 ? row.length - 1 : k;
  };
  return Int32Array.from({ length: n }, () => of(card.confusion![of(shares)]!));
}

describe('labelShift', () => {
  const half = cardOf([0.5, 0.5], 0.9);

  it.each([
    [0.5, 200, false],
    [0.1, 200, true],
    [0.97, 60, true],
    [0.25, 200, true],
    [0.25, 12, false],
  ])('of %f of one class among %i samples: significant %s', (share, n, expected) => {
    const truth = [1 - share, share];
    const answers = answersTo(n, truth, half, 1);
    expect(labelShift(answers, truth, half)).toMatchObject({
      significant: expected,
      uneven: expected,
    });
  });

  it('takes chance for a shift in about one of a hundred sets, on both sides of the errors', () => {
    const K3 = cardOf([0.5, 0.3, 0.2], 0.8, 300);
    let found = 0;
    for (let seed = 0; seed < 400; seed++) {
      // the confusion of the card is drawn as well: it was counted on held-out samples
      const rows = K3.prior.map((share, k) => {
        const row = answersTo(
          Math.round(300 * share),
          K3.prior.map((_, j) => Number(j === k)),
          K3,
          1000 + 3 * seed + k,
        );
        return K3.prior.map((_, j) => row.filter((answer) => answer === j).length / row.length);
      });
      const drawn = { ...K3, confusion: rows };
      const answers = answersTo(150, K3.prior, K3, seed);
      if (labelShift(answers, K3.prior, drawn)!.significant) found++;
    }
    expect(found).toBeLessThan(16); // four of 400 expected
  });

  it('holds uneven shares that the provider has as well for no shift, but tells the loss of them', () => {
    const rare = cardOf([0.85, 0.15], 0.9);
    const answers = answersTo(400, rare.prior, rare, 4);
    expect(labelShift(answers, rare.prior, rare)).toMatchObject({
      significant: false,
      uneven: true,
    });
  });

  it('knows the shares the better the more samples there are, and the fewer the model confuses', () => {
    const of = (n: number, card: Card) =>
      uncertainty(labelShift(answersTo(n, [0.7, 0.3], card, 5), [0.7, 0.3], card)!);
    expect(of(2000, half)).toBeLessThan(of(100, half));
    expect(of(200, cardOf([0.5, 0.5], 0.97))).toBeLessThan(of(200, cardOf([0.5, 0.5], 0.7)));
    expect(of(200, half)).toBeGreaterThan(0.03);
  });

  it('says nothing where the card leaves a class out', () => {
    const answers = Int32Array.from([0, 1, 1]);
    const { confusion: _, ...minimal } = half;
    expect(labelShift(answers, [0.5, 0.5], minimal)).toBeUndefined();
    expect(
      labelShift(answers, [0.5, 0.5], { ...half, confusion: [[0.9, 0.1], null] }),
    ).toBeUndefined();
  });
});

describe('distance', () => {
  it('is the share of samples that would have to be of another class', () => {
    expect(distance([0.5, 0.3, 0.2], [0.2, 0.3, 0.5])).toBeCloseTo(0.3, 12);
  });
});

describe('expectedChange', () => {
  const p = Float32Array.from([0.9, 0.1, 0.6, 0.4, 0.2, 0.8, 0.55, 0.45]);
  const own = Int32Array.from([0, 0, 1, 0]);

  it('is what the probabilities say of the answers that changed', () => {
    const other = Int32Array.from([0, 1, 1, 1]); // 0.4 − 0.6 and 0.45 − 0.55
    const { gain, error } = expectedChange(p, own, other, [0.5, 0.5], { prior: [0.5, 0.5] });
    expect(gain).toBeCloseTo(-0.3 / 4, 6);
    expect(error).toBeCloseTo(Math.sqrt(1 - 0.04 + 1 - 0.01 + 1) / 4, 6);
  });

  it('goes by the shares of the site: what is rare there is less probable', () => {
    const other = Int32Array.from([0, 1, 1, 1]);
    const rare = expectedChange(p, own, other, [0.9, 0.1], { prior: [0.5, 0.5] });
    // q₁ = 0.4·0.2 / (0.6·1.8 + 0.4·0.2) and so on
    const q = [0.4, 0.45].map((v) => (v * 0.2) / ((1 - v) * 1.8 + v * 0.2));
    expect(rare.gain).toBeCloseTo(q.reduce((s, v) => s + 2 * v - 1, 0) / 4, 6);
    const common = expectedChange(p, own, other, [0.1, 0.9], { prior: [0.5, 0.5] });
    expect(common.gain).toBeGreaterThan(0);
  });

  it('is nothing where no answer changed, and still not known to the last sample', () => {
    expect(expectedChange(p, own, own, [0.5, 0.5], { prior: [0.5, 0.5] })).toEqual({
      gain: 0,
      error: 0.25,
    });
  });
});
