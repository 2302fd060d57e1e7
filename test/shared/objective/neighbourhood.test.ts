import { engine as tfEngine, tensor1d, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/shared/engine/index.js';
import { aadLambda, aadLoss } from '../../../src/shared/objective/aad.js';
import { nearestNeighbours } from '../../../src/shared/objective/neighbours.js';
import { nrcLoss, reciprocal } from '../../../src/shared/objective/nrc.js';
import { random } from '../../../src/shared/random.js';

beforeAll(async () => {
  await startEngine();
});

const K = 4;
const rows = (n: number, d: number, name: string): number[][] => {
  const r = random(name);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => r.normal()));
};
const distribution = (row: number[]): number[] => {
  const e = row.map(Math.exp);
  return e.map((v) => v / e.reduce((a, b) => a + b));
};
const dot = (a: number[], b: number[]): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
const mean = (v: number[]): number => v.reduce((a, b) => a + b) / v.length;

/** Central differences of a scalar function of a matrix. */
function numericGradient(f: (p: number[][]) => number, p: number[][]): number[] {
  const h = 1e-4;
  return p.flatMap((row, i) =>
    row.map((_, k) => {
      const at = (d: number) => p.map((r, a) => r.map((v, b) => (a === i && b === k ? v + d : v)));
      return (f(at(h)) - f(at(-h))) / (2 * h);
    }),
  );
}

describe('nearestNeighbours', () => {
  it('finds by cosine what an exhaustive search finds, and never the sample itself', async () => {
    const features = rows(30, 5, 'features');
    const { index, k } = await nearestNeighbours(tensor2d(features), 3, random('x'));
    const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    features.forEach((f, i) => {
      const others = features.flatMap((g, j) => (j === i ? [] : [{ j, s: cosine(f, g) }]));
      const expected = others.sort((a, b) => b.s - a.s).slice(0, 3);
      expect([...index.subarray(i * k, (i + 1) * k)]).toEqual(expected.map(({ j }) => j));
    });
  });

  it('finds fewer where there are fewer, also among equal samples', async () => {
    const { index, k } = await nearestNeighbours(tensor2d([[1], [1], [1]]), 5, random('x'));
    expect(k).toBe(2);
    for (let i = 0; i < 3; i++) expect(index.subarray(i * 2, i * 2 + 2)).not.toContain(i);
  });
});

describe('aadLoss', () => {
  const p = rows(3, K, 'p').map(distribution);
  const bank = rows(6, K, 'bank').map(distribution);
  const near = [1, 2, 0, 5, 4, 3];
  const lambda = 0.3;
  const expected = (q: number[][]): number =>
    mean(
      q.map((row, i) => {
        const attraction = dot(row, bank[near[2 * i]!]!) + dot(row, bank[near[2 * i + 1]!]!);
        const others = q.filter((_, j) => j !== i);
        return -attraction + lambda * others.reduce((s, other) => s + dot(row, other), 0);
      }),
    );

  it('is −Σ p·p_neighbour + λ·Σ p·p_other of the batch, with its gradient', async () => {
    let x: Tensor2D;
    const { value, grads } = tfEngine().gradients(
      () => aadLoss(x, tensor2d(bank), tensor1d(near, 'int32'), lambda).total,
      [(x = tensor2d(p))],
    );
    expect((await value.data())[0]).toBeCloseTo(expected(p), 5);
    const found = await grads[0]!.data();
    numericGradient(expected, p).forEach((g, i) => expect(found[i]).toBeCloseTo(g, 4));
  });

  it('disperses less and less', () => {
    expect(aadLambda(0)).toBe(1);
    expect(aadLambda(1)).toBeCloseTo(11 ** -5, 12);
  });
});

describe('nrcLoss', () => {
  it('is −H(p̄) minus the affinity-weighted agreement with neighbours and theirs', async () => {
    const p = rows(2, K, 'p').map(distribution);
    const bank = rows(5, K, 'bank').map(distribution);
    // neighbours of the five samples; 0 and 1 are mutual, 0 and 2 are not
    const index = Int32Array.from([1, 2, 0, 3, 4, 3, 1, 4, 3, 2]);
    const { near, affinity, width } = reciprocal(index, 2);
    const batch = [0, 2];
    const of = (v: Int32Array | Float32Array) =>
      batch.flatMap((i) => [...v.subarray(i * width, (i + 1) * width)]);
    const average = Array.from({ length: K }, (_, k) => mean(p.map((row) => row[k]!)));
    const H = -average.reduce((s, q) => s + q * Math.log(q + 1e-5), 0);
    const pulls = batch.map((i, row) => {
      let total = dot(bank[i]!, p[row]!);
      for (const k of index.subarray(i * 2, i * 2 + 2)) {
        const mutual = index.subarray(k * 2, k * 2 + 2).includes(i);
        total += (mutual ? 1 : 0.1) * dot(bank[k]!, p[row]!);
        for (const m of index.subarray(k * 2, k * 2 + 2)) total += 0.1 * dot(bank[m]!, p[row]!);
      }
      return total;
    });
    const { total } = nrcLoss(
      tensor2d(p),
      tensor1d(batch, 'int32'),
      tensor2d(bank),
      tensor1d(of(near), 'int32'),
      tensor1d(of(affinity)),
    );
    expect((await total.data())[0]).toBeCloseTo(-H - mean(pulls), 5);
  });
});
