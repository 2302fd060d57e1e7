import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine, type Ops } from '../../../src/shared/engine/index.js';
import { crossEntropy, shotLoss } from '../../../src/shared/objective/losses.js';
import { easySamples, mixingWeight, sharpen } from '../../../src/shared/objective/mixmatch.js';
import { t3aProbabilities } from '../../../src/shared/objective/t3a.js';
import { aboveCut, entropySplit, standsApart } from '../../../src/shared/objective/unknown.js';
import { random } from '../../../src/shared/random.js';

let ops: Ops;
beforeAll(async () => {
  ops = (await startEngine()).ops;
});
const value = async (t: { data(): Promise<ArrayLike<number>> }) => (await t.data())[0]!;
const z = [
  [2, 0, -1],
  [0, 1, 0],
  [-1, 0, 3],
];
const softmax = (row: number[]): number[] => {
  const e = row.map(Math.exp);
  return e.map((v) => v / e.reduce((a, b) => a + b));
};

describe('shotLoss with a prior', () => {
  const loss = (prior?: number[]) =>
    value(
      shotLoss(
        ops,
        tensor2d(z),
        undefined,
        { beta: 0, alpha: 1 },
        {
          prior: prior && tensor1d(prior),
        },
      ).total,
    );

  it('differs from the plain loss by log K where the prior is uniform', async () => {
    const third = 1 / 3;
    expect((await loss([third, third, third])) - (await loss())).toBeCloseTo(Math.log(3), 4);
  });

  it('adds KL(p̄‖π) to the mean entropy', async () => {
    const prior = [0.7, 0.2, 0.1];
    const p = z.map(softmax);
    const average = prior.map((_, k) => p.reduce((s, row) => s + row[k]!, 0) / 3);
    const kl = average.reduce((s, q, k) => s + q * Math.log(q / prior[k]!), 0);
    const sharp = await value(
      shotLoss(ops, tensor2d(z), undefined, { beta: 0, alpha: 1 }, { partial: true }).total,
    );
    expect(await loss(prior)).toBeCloseTo(sharp + kl, 3);
  });

  it('leaves masked samples out as if they were not there', async () => {
    const labels = tensor1d([0, 1, 2], 'int32');
    const weights = { beta: 0.3, alpha: 1 };
    const masked = shotLoss(ops, tensor2d(z), labels, weights, { mask: tensor1d([1, 0, 1]) });
    const without = shotLoss(ops, tensor2d([z[0]!, z[2]!]), tensor1d([0, 2], 'int32'), weights);
    expect(await value(masked.total)).toBeCloseTo(await value(without.total), 5);
    const none = crossEntropy(ops, tensor2d(z), labels, 0, tensor1d([0, 0, 0]));
    expect(await value(none)).toBeCloseTo(0, 6);
  });
});

describe('t3a', () => {
  const classifier = Float32Array.from([2, 0, 0, 1]);
  const stream = [
    [1, 0.2],
    [0.9, 0.8],
    [0.1, 1],
  ];
  const features = Float32Array.from(stream.flat());
  const probabilities = Float32Array.from([0.9, 0.1, 0.7, 0.3, 0.2, 0.8]);

  it('classifies by the mean of unit supports, each sample after it has joined', () => {
    const unit = ([a, b]: number[]) => [a! / Math.hypot(a!, b!), b! / Math.hypot(a!, b!)];
    const supports = [[[1, 0]], [[0, 1]]];
    const expected = stream.map((f, i) => {
      supports[probabilities[2 * i]! > 0.5 ? 0 : 1]!.push(unit(f));
      const logits = supports.map((list) =>
        [0, 1].reduce((s, d) => s + (f[d]! * list.reduce((t, v) => t + v[d]!, 0)) / list.length, 0),
      );
      return softmax(logits);
    });
    const found = t3aProbabilities({ features, probabilities, classifier, classes: 2 });
    expected.flat().forEach((q, i) => expect(found[i]).toBeCloseTo(q, 5));
  });

  it('answers the first samples without having seen the later ones', () => {
    const first = t3aProbabilities({
      features: features.subarray(0, 2),
      probabilities: probabilities.subarray(0, 2),
      classifier,
      classes: 2,
    });
    const all = t3aProbabilities({ features, probabilities, classifier, classes: 2 });
    expect([...all.subarray(0, 2)]).toEqual([...first]);
  });

  it('keeps at most a hundred supports of a class, those with the lowest entropy', () => {
    const n = 150;
    const p = Array.from({ length: n }, (_, i) => 0.99 - i / 400);
    const angle = (i: number) => (i / n) * 1.4;
    const found = t3aProbabilities({
      features: Float32Array.from(p.flatMap((_, i) => [Math.cos(angle(i)), Math.sin(angle(i))])),
      probabilities: Float32Array.from(p.flatMap((q) => [q, 1 - q])),
      classifier: Float32Array.from([1, 0, 0, 1]),
      classes: 2,
    });
    // C's own direction has entropy zero, so 99 samples stay: the last to come in are the first out.
    const kept = [
      [1, 0],
      ...Array.from({ length: 99 }, (_, i) => [Math.cos(angle(i)), Math.sin(angle(i))]),
    ];
    const last = [Math.cos(angle(n - 1)), Math.sin(angle(n - 1))];
    const centre = [0, 1].map((d) => kept.reduce((s, v) => s + v[d]!, 0) / kept.length);
    const logits = [last[0]! * centre[0]! + last[1]! * centre[1]!, last[1]!];
    expect(found[2 * (n - 1)]).toBeCloseTo(softmax(logits)[0]!, 4);
  });
});

/** Predictions of two classes with the given entropies over log 2. */
function withEntropies(wanted: number[]): Float32Array {
  const h = (q: number): number => -(q * Math.log(q) + (1 - q) * Math.log(1 - q)) / Math.log(2);
  return Float32Array.from(
    wanted.flatMap((value) => {
      let [low, high] = [1e-9, 0.5];
      for (let i = 0; i < 60; i++) {
        const q = (low + high) / 2;
        if (h(q) < value) low = q;
        else high = q;
      }
      return [1 - low, low];
    }),
  );
}
const evenly = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400);

describe('entropySplit', () => {
  it('takes the cluster of high entropies', () => {
    const sure = [0.98, 0.01, 0.01];
    const unsure = [0.4, 0.3, 0.3];
    const p = Float32Array.from([sure, unsure, sure, unsure, unsure].flat());
    expect([...aboveCut(p, 3, entropySplit(p, 3)!.cut)]).toEqual([0, 1, 0, 1, 1]);
  });

  it('takes none where all are alike', () => {
    const p = Float32Array.from([0.5, 0.5, 0.5, 0.5]);
    expect(entropySplit(p, 2)).toBeUndefined();
    expect([...aboveCut(p, 2, undefined)]).toEqual([0, 0]);
  });

  it('puts 3/4 of a uniform and 2/π of a normal distribution between its halves', () => {
    const uniform = entropySplit(withEntropies(evenly), 2)!;
    expect(uniform.separability).toBeCloseTo(0.75, 2);
    expect(uniform.cut).toBeCloseTo(0.5, 2);
    const r = random('normal');
    const bell = Array.from({ length: 6000 }, () => 0.5 + 0.1 * r.normal());
    expect(entropySplit(withEntropies(bell), 2)!.separability).toBeCloseTo(2 / Math.PI, 1);
  });

  it('tells two humps from a single one, however lopsided that is', () => {
    const skewed = evenly.map((v) => 0.9 * v ** 4);
    expect(standsApart(entropySplit(withEntropies(skewed), 2))).toBe(false);
    expect(standsApart(entropySplit(withEntropies(evenly), 2))).toBe(false);
    const humps = evenly.map((v, i) => (i % 5 === 0 ? 0.7 + 0.2 * v : 0.3 * v * v));
    const split = entropySplit(withEntropies(humps), 2);
    expect(standsApart(split)).toBe(true);
    const above = aboveCut(withEntropies(humps), 2, split!.cut);
    expect(above.reduce((n, u) => n + u, 0)).toBe(80);
  });
});

describe('mixmatch', () => {
  it('sharpens by squares and keeps rows distributions, up to any factor', async () => {
    const found = await sharpen(tensor2d([[1.2, 0.6, 0.2]])).data();
    const squares = [1.44, 0.36, 0.04];
    squares.forEach((s, k) => expect(found[k]).toBeCloseTo(s / 1.84, 5));
  });

  it('draws weights from Beta(0.75, 0.75), folded at one half', () => {
    const r = random('lambda');
    const draws = Array.from({ length: 4000 }, () => mixingWeight(r));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...draws)).toBeLessThanOrEqual(1);
    // Var Beta(a, a) = 1 / (4·(2a + 1)), about its mean of one half
    const variance = draws.reduce((s, v) => s + (v - 0.5) ** 2, 0) / draws.length;
    expect(variance).toBeCloseTo(1 / (4 * 2.5), 2);
  });

  it('calls the more certain half of each class easy', () => {
    const p = Float32Array.from([0.9, 0.1, 0.6, 0.4, 0.55, 0.45, 0.1, 0.9]);
    expect([...easySamples(p, Int32Array.from([0, 0, 0, 1]), 2)]).toEqual([1, 1, 0, 1]);
  });
});
