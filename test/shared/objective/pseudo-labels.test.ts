import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/shared/engine/index.js';
import { pseudoLabels } from '../../../src/shared/objective/pseudo-labels.js';
import { random } from '../../../src/shared/random.js';

beforeAll(async () => {
  await startEngine();
});

/** `each` samples around one direction per class, with probabilities that name the class. */
function clusters(
  classes: number[],
  K: number,
  each = 20,
): { f: number[][]; p: number[][]; y: number[] } {
  const r = random('clusters');
  const y = classes.flatMap((k) => new Array<number>(each).fill(k));
  const f = y.map((k) => Array.from({ length: 8 }, (_, d) => (d === k ? 4 : 0) + 0.3 * r.normal()));
  const p = y.map((k) => Array.from({ length: K }, (_, j) => (j === k ? 0.9 : 0.1 / (K - 1))));
  return { f, p, y };
}

/** The procedure as the paper writes it, in plain loops and double precision. */
function reference(f: number[][], p: number[][], rounds: number): number[][] {
  const K = p[0]!.length;
  const unit = f.map((row) => {
    const e = [...row, 1];
    const norm = Math.hypot(...e);
    return e.map((v) => v / norm);
  });
  const largest = (row: number[]) => row.indexOf(Math.max(...row));
  const all = [p.map(largest)];
  for (let round = 0; round <= rounds; round++) {
    const now = all.at(-1)!;
    const w =
      round === 0 ? p : now.map((k) => Array.from({ length: K }, (_, j) => Number(j === k)));
    const similarity = unit.map((u) =>
      Array.from({ length: K }, (_, k) => {
        if (!now.includes(k)) return -Infinity;
        const c = u.map((_v, d) => unit.reduce((s, row, i) => s + w[i]![k]! * row[d]!, 0));
        return u.reduce((s, v, d) => s + v * c[d]!, 0) / Math.hypot(...c);
      }),
    );
    all.push(similarity.map(largest));
  }
  return all;
}

describe('pseudoLabels', () => {
  it('follows equations 4 to 6, round by round', async () => {
    const { f, p } = clusters([0, 1, 2], 3);
    const r = random('noise');
    const noisy = p.map((row) => row.map((v) => v * (0.2 + r.next())));
    const found = await pseudoLabels({ features: tensor2d(f), probabilities: tensor2d(noisy) });
    const expected = reference(f, noisy, 1);
    expect(found.rounds.map((round) => [...round])).toEqual(expected);
  });

  it('gives the same labels where a refinement may skip samples and where it may not', async () => {
    // scattered samples, all of them near a border, and round clusters, none of them
    const r = random('scattered');
    const scattered = {
      f: Array.from({ length: 120 }, () => Array.from({ length: 6 }, () => r.normal())),
      p: Array.from({ length: 120 }, () => Array.from({ length: 5 }, () => r.next())),
    };
    for (const { f, p } of [scattered, clusters([0, 1, 2, 4], 5, 30)]) {
      const embedding = { features: tensor2d(f), probabilities: tensor2d(p) };
      const { rounds } = await pseudoLabels(embedding, { refinements: 4 });
      expect(rounds.map((round) => [...round])).toEqual(reference(f, p, 4));
    }
  });

  it('keeps every label where a class is absent (the original puts all samples into it)', async () => {
    const { f, p, y } = clusters([0, 2], 3);
    const { labels } = await pseudoLabels({ features: tensor2d(f), probabilities: tensor2d(p) });
    expect([...labels]).toEqual(y);
  });

  it('draws up the classes anew in each round: one that goes empty does not come back', async () => {
    // class 1 has one predicted sample, whose features lie in class 0
    const { f, p } = clusters([0, 2], 3, 10);
    p[0] = [0.45, 0.55, 0];
    const { rounds } = await pseudoLabels(
      { features: tensor2d(f), probabilities: tensor2d(p) },
      { refinements: 3 },
    );
    expect([...rounds[0]!]).toContain(1);
    expect([...rounds.at(-1)!]).not.toContain(1);
  });

  it('leaves out classes with at most `threshold` samples, and says when none is left', async () => {
    const { f, p } = clusters([0, 1], 2, 5);
    const embedding = { features: tensor2d(f), probabilities: tensor2d(p) };
    await expect(pseudoLabels(embedding, { threshold: 5 })).rejects.toThrow(
      /no class has more than 5 predicted samples/,
    );
    await expect(pseudoLabels(embedding, { threshold: 4 })).resolves.toBeDefined();
  });

  it('works on one sample and frees what it makes', async () => {
    const embedding = { features: tensor2d([[1, 2]]), probabilities: tensor2d([[0.2, 0.8]]) };
    const before = memory().numTensors;
    const { labels } = await pseudoLabels(embedding);
    expect([...labels]).toEqual([1]);
    expect(memory().numTensors).toBe(before);
  });
});
