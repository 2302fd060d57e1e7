import { describe, expect, it } from 'vitest';
import { adjustedRand, balanced, naming } from '../../../src/client/diagnostics/anchors.js';
import {
  argMaxRows,
  bestAssignment,
  effectiveNumber,
  effectiveRank,
  kappa,
} from '../../../src/client/diagnostics/linear.js';
import { sampleFigures } from '../../../src/client/diagnostics/samples.js';
import { estimatePrior, missingClasses } from '../../../src/client/diagnostics/shift.js';
import { random } from '../../../src/shared/random.js';

/** All orders of 0..n−1. */
const orders = (n: number): number[][] =>
  n === 0
    ? [[]]
    : orders(n - 1).flatMap((rest) =>
        Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
      );

describe('bestAssignment', () => {
  it('finds what trying all orders finds', () => {
    const r = random('gain');
    for (let round = 0; round < 20; round++) {
      const gain = Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => r.normal()));
      const total = (order: ArrayLike<number>) =>
        gain.reduce((s, row, i) => s + row[order[i]!]!, 0);
      const best = Math.max(...orders(5).map(total));
      expect(total(bestAssignment(gain))).toBeCloseTo(best, 9);
    }
  });
});

describe('kappa', () => {
  it('is 1 for agreement, 0 for what chance gives, negative below', () => {
    const a = Int32Array.from([0, 0, 1, 1]);
    expect(kappa(a, a, 2)).toBe(1);
    expect(kappa(a, Int32Array.from([0, 1, 0, 1]), 2)).toBeCloseTo(0, 12);
    expect(kappa(a, Int32Array.from([1, 1, 0, 0]), 2)).toBe(-1);
  });
});

describe('adjustedRand', () => {
  it('does not mind names: a permutation of clusters is the same clustering', () => {
    const a = Int32Array.from([0, 0, 1, 1, 2, 2]);
    expect(adjustedRand(a, Int32Array.from([2, 2, 0, 0, 1, 1]), 3)).toBe(1);
    expect(adjustedRand(a, Int32Array.from([0, 1, 0, 1, 0, 1]), 3)).toBeLessThan(0);
  });
});

describe('effectiveNumber and effectiveRank', () => {
  it('count equal shares and equal directions', () => {
    expect(effectiveNumber([5, 5, 5, 0])).toBeCloseTo(3, 9);
    const corners = Float32Array.from([1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0]);
    expect(effectiveRank(corners, 3)).toBeCloseTo(2, 6);
  });
});

describe('estimatePrior', () => {
  it('recovers the shares of a shifted set from calibrated predictions', () => {
    const r = random('prior');
    const [truth, N] = [[0.8, 0.2], 4000];
    // x ~ N(±1, 1): the posterior under equal shares is a logistic function of 2x
    const p = Float32Array.from({ length: N }, () => {
      const x = r.normal() + (r.next() < truth[0]! ? 1 : -1);
      return 1 / (1 + Math.exp(-2 * x));
    });
    const rows = Float32Array.from([...p].flatMap((q) => [q, 1 - q]));
    expect(estimatePrior(rows, [0.5, 0.5])[0]).toBeCloseTo(0.8, 1);
  });
});

describe('missingClasses', () => {
  it('lists classes far below their share, unless none of so few samples is no surprise', () => {
    expect(missingClasses([0.6, 0.37, 0.03], [0.3, 0.3, 0.4], 100)).toEqual([2]);
    expect(missingClasses([0.6, 0.37, 0.05], [0.3, 0.3, 0.4], 100)).toEqual([]);
    expect(missingClasses([0.6, 0.37, 0.03], [0.3, 0.3, 0.4], 24)).toEqual([]);
  });
});

describe('sampleFigures', () => {
  const image = { kind: 'image' as const, shape: [1, 2, 2] as [number, number, number] };
  const spec = { ...image, mean: [0.5], std: [0.5] };
  const table = (columns: string[]) => ({
    kind: 'table' as const,
    shape: [2] as [number],
    columns,
    impute: [0, 0],
    mean: [0, 0],
    std: [1, 1],
  });

  it('counts blank images and equal ones', () => {
    const x = Float32Array.from([1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]);
    expect(sampleFigures(x, spec)).toEqual({ blank: 0.5, distinct: 0.75, same: false });
    expect(sampleFigures(x.slice(0, 4), spec)).toMatchObject({ distinct: 1, same: false });
    expect(sampleFigures(x.slice(4, 12), spec)).toMatchObject({ distinct: 0.5, same: true });
  });

  it('finds rows with a value beyond a thousand deviations, and no blanks in tables', () => {
    const x = Float32Array.from([0, 0, 1, -1e30, 2, 999]);
    expect(sampleFigures(x, table(['a', 'b']))).toEqual({
      blank: 0,
      distinct: 1,
      same: false,
      extreme: { share: 1 / 3, column: 'b' },
    });
    expect(sampleFigures(x.slice(4), table(['a', 'b'])).extreme).toBeUndefined();
  });
});

describe('balanced', () => {
  it('gives every class its share and keeps what tells samples apart', () => {
    // every sample looks like class 0, some more than others
    const p = Float32Array.from([0.99, 0.01, 0.98, 0.02, 0.9, 0.1, 0.8, 0.2]);
    expect([...argMaxRows(balanced(p, [0.5, 0.5]), 2)]).toEqual([0, 0, 1, 1]);
  });
});

describe('naming', () => {
  const D = 6;
  const K = 3;
  const r = random('naming');
  const mean = Array.from({ length: K }, (_, k) =>
    Array.from({ length: D }, (_v, d) => (d === k ? 3 : 0)),
  );
  const variance = mean.map((row) => row.map(() => 0.1));
  const labels = Int32Array.from({ length: 90 }, (_, i) => i % K);
  // the whole target lies elsewhere: a shift that moves all classes alike
  const features = Float32Array.from(
    [...labels].flatMap((k) => mean[k]!.map((m) => m + 5 + 0.3 * r.normal())),
  );

  it('finds every cluster under its own name, also where all have moved together', () => {
    expect(naming(features, labels, { mean, variance })).toEqual({
      own: 1,
      matched: 1,
      reverse: 1,
      renamed: [],
    });
  });

  it('objects to clean clusters that bear each other names', () => {
    const renamed = labels.map((k) => (k === 0 ? 1 : k === 1 ? 0 : k));
    expect(naming(features, renamed, { mean, variance })!.renamed).toEqual([0, 1]);
  });

  it('says nothing where the release describes fewer than two of the classes', () => {
    expect(naming(features, labels, { mean: [mean[0]!, null, null], variance })).toBeUndefined();
  });
});
