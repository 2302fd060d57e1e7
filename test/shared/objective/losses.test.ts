import { engine as tfEngine, tensor1d, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine, type Ops } from '../../../src/shared/engine/index.js';
import { crossEntropy, entropy, shotLoss } from '../../../src/shared/objective/losses.js';
import { random } from '../../../src/shared/random.js';

let ops: Ops;
beforeAll(async () => {
  ops = (await startEngine()).ops;
});

const N = 5;
const K = 3;
const logits = (): number[][] => {
  const r = random('logits');
  return Array.from({ length: N }, () => Array.from({ length: K }, () => 2 * r.normal()));
};
const softmax = (row: number[]): number[] => {
  const e = row.map(Math.exp);
  const total = e.reduce((a, b) => a + b);
  return e.map((value) => value / total);
};
const H = (p: number[]): number => -p.reduce((s, q) => s + q * Math.log(q + 1e-5), 0);
const mean = (v: number[]): number => v.reduce((a, b) => a + b) / v.length;
const labels = [0, 2, 1, 1, 0];

const shot = (z: number[][], beta: number, alpha: number): number => {
  const p = z.map(softmax);
  const average = Array.from({ length: K }, (_, k) => mean(p.map((row) => row[k]!)));
  const ce = mean(p.map((row, i) => -Math.log(row[labels[i]!]!)));
  return beta * ce + alpha * (mean(p.map(H)) - H(average));
};

/** Central differences of a scalar function of a matrix. */
function numericGradient(f: (z: number[][]) => number, z: number[][]): number[] {
  const h = 1e-5;
  return z.flatMap((row, i) =>
    row.map((_, k) => {
      const at = (d: number) => z.map((r, a) => r.map((v, b) => (a === i && b === k ? v + d : v)));
      return (f(at(h)) - f(at(-h))) / (2 * h);
    }),
  );
}

describe('entropy', () => {
  it('is −Σ p·log(p + 1e-5) of each row, also where a probability is zero', async () => {
    const rows = [
      [0.5, 0.5, 0],
      [1, 0, 0],
      [0.2, 0.3, 0.5],
    ];
    const found = await entropy(tensor2d(rows)).data();
    rows.forEach((row, i) => expect(found[i]).toBeCloseTo(H(row), 5));
  });
});

describe('crossEntropy', () => {
  it.each([0, 0.1, 0.5])('smooths its targets by %d', async (smoothing) => {
    const z = logits();
    const loss = mean(
      z.map(softmax).map((p, i) =>
        p.reduce((sum, q, k) => {
          const target = (k === labels[i] ? 1 - smoothing : 0) + smoothing / K;
          return sum - target * Math.log(q);
        }, 0),
      ),
    );
    const found = crossEntropy(ops, tensor2d(z), tensor1d(labels, 'int32'), smoothing);
    expect((await found.data())[0]).toBeCloseTo(loss, 5);
  });
});

describe('shotLoss', () => {
  it.each([
    [0, 1],
    [0.1, 1],
    [0.3, 0.5],
  ])(
    'is β·CE + α·(mean H(p) − H(p̄)) for β = %d, α = %d, with its gradient',
    async (beta, alpha) => {
      const z = logits();
      const pseudo = tensor1d(labels, 'int32');
      const { value, grads } = tfEngine().gradients(
        () => shotLoss(ops, x, pseudo, { beta, alpha }).total,
        [(x = tensor2d(z))],
      );
      expect((await value.data())[0]).toBeCloseTo(shot(z, beta, alpha), 5);
      const expected = numericGradient((at) => shot(at, beta, alpha), z);
      const found = await grads[0]!.data();
      expected.forEach((g, i) => expect(found[i]).toBeCloseTo(g, 4));
    },
  );
  let x: Tensor2D;

  it('subtracts the diversity: spread predictions score below collapsed ones', async () => {
    const total = async (z: number[][]) =>
      (await shotLoss(ops, tensor2d(z), undefined, { beta: 0, alpha: 1 }).total.data())[0]!;
    const sharp = (k: number) => Array.from({ length: K }, (_, j) => (j === k ? 20 : 0));
    const spread = await total([sharp(0), sharp(1), sharp(2)]);
    const collapsed = await total([sharp(0), sharp(0), sharp(0)]);
    expect(spread).toBeCloseTo(-Math.log(3), 3);
    expect(collapsed).toBeCloseTo(0, 3);
  });
});
