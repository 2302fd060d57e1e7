import { tensor1d, tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bn } from '../../../src/client/methods/bn.js';
import { shotPlus } from '../../../src/client/methods/shot-plus.js';
import { refreshStatistics } from '../../../src/shared/objective/refresh.js';
import { startEngine, type Ops } from '../../../src/shared/engine/index.js';
import { embed } from '../../../src/shared/model/embed.js';
import { Hypothesis, paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { ResidentSamples } from '../../../src/shared/model/resident.js';
import { initialState } from '../../../src/shared/model/init.js';
import type { TargetBatch } from '../../../src/shared/objective/target.js';
import { random } from '../../../src/shared/random.js';

let ops: Ops;
beforeAll(async () => {
  ops = (await startEngine()).ops;
});

const [N, D, H, K] = [40, 3, 4, 3];
const architecture = {
  name: 'mlp' as const,
  input: [D] as [number],
  classes: K,
  bottleneck: 5,
  hidden: [H],
};
const samples = (): ResidentSamples =>
  new ResidentSamples(Float32Array.from(rows.flat()), { kind: 'values', shape: [D] }, ops);
const fresh = (): Hypothesis =>
  new Hypothesis(architecture, ops, initialState(paramSpecs(architecture), random('methods')));
const r = random('rows');
const rows = Array.from({ length: N }, () => Array.from({ length: D }, (_, d) => d + r.normal()));
const mean = (v: number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
const softmax = (row: number[]): number[] => {
  const e = row.map(Math.exp);
  return e.map((v) => v / e.reduce((a, b) => a + b));
};
const numbers = async (t: Tensor): Promise<number[]> => [...(await t.data())];

describe('bn', () => {
  it("moves running statistics to the target's mean and unbiased variance, and nothing else", async () => {
    expect(bn).toMatchObject({ name: 'bn', refresh: true });
    const hypothesis = fresh();
    const before = await hypothesis.state();
    await refreshStatistics(hypothesis, samples(), random('refresh'));
    const after = await hypothesis.state();
    const of = (state: typeof before, name: string): number[] =>
      Array.from(state.get(name)!.data as Float32Array);
    const [weight, bias] = ['weight', 'bias'].map((name) => of(before, `F.layers.0.${name}`));
    // m ← m + (m* − m)/10, 44 times over: 0.9^44 of what was released is left
    const left = 0.9 ** 44;
    for (let h = 0; h < H; h++) {
      const z = rows.map((row) => row.reduce((s, v, d) => s + v * weight![h * D + d]!, bias![h]!));
      const variance = z.reduce((s, v) => s + (v - mean(z)) ** 2, 0) / (N - 1);
      const [m, v] = ['mean', 'var'].map((name) => of(after, `F.layers.1.running_${name}`)[h]!);
      expect(m).toBeCloseTo((1 - left) * mean(z), 4);
      expect(v).toBeCloseTo((1 - left) * variance + left, 4);
    }
    for (const name of before.keys())
      if (!/running_|num_batches/.test(name)) expect(of(after, name)).toEqual(of(before, name));
  });
});

describe('shotPlus', () => {
  it('is CE on the certain half of each class plus ten times the squared error on the rest, mixed', async () => {
    const hypothesis = fresh();
    const embedding = await embed(hypothesis, samples());
    const objective = await shotPlus.objective!({
      hypothesis,
      embedding,
      epoch: 1,
      epochs: 2,
      random: random('epoch'),
      settings: { beta: 0.1, alpha: 1, threshold: 0, partial: false, openSet: false },
      options: { first: 0.5, hardWeight: 10 },
    });
    const index = [0, 7, 12, 31];
    const batch = {
      x: tensor2d(index.map((i) => rows[i]!)),
      views: [tensor2d(index.map((i) => rows[i]!.map((v) => v + 0.1)))],
      index: tensor1d(index, 'int32'),
      step: { index: Int32Array.from(index), random: random('step') },
      forward: (input: Tensor) => hypothesis.eval(input),
    } as unknown as TargetBatch;
    const held = objective.hold!(batch);
    const [mixed, targets, easy] = await Promise.all(held.map(numbers));
    // targets are mixtures of distributions; an easy sample and its view are both easy
    for (let i = 0; i < 2 * index.length; i++) {
      expect(targets!.slice(i * K, (i + 1) * K).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(easy![i]).toBe(easy![(i + index.length) % (2 * index.length)]);
    }
    const certain = index.map((i) => {
      const labels = objective.pseudo!.labels;
      const mates = [...labels.keys()].filter((j) => labels[j] === labels[i]);
      const sorted = mates.sort((a, b) => entropies[a]! - entropies[b]!);
      return Number(sorted.indexOf(i) < Math.ceil(mates.length / 2));
    });
    expect(easy!.slice(0, index.length)).toEqual(certain);
    const z = await numbers(hypothesis.eval(tensor2d(mixed!, [2 * index.length, D])).logits);
    const terms = Array.from({ length: 2 * index.length }, (_, i) => {
      const q = softmax(z.slice(i * K, (i + 1) * K));
      const t = targets!.slice(i * K, (i + 1) * K);
      const ce = -t.reduce((s, v, k) => s + v * Math.log(q[k]!), 0);
      return easy![i] ? ce : 10 * mean(q.map((v, k) => (v - t[k]!) ** 2));
    });
    const [total] = await numbers(objective.loss(batch, held).total);
    expect(total).toBeCloseTo(mean(terms), 4);
    objective.dispose();
  });
  let entropies: number[];
  beforeAll(async () => {
    const p = await numbers((await embed(fresh(), samples())).probabilities);
    entropies = rows.map((_, i) =>
      p.slice(i * K, (i + 1) * K).reduce((h, q) => h - q * Math.log(q), 0),
    );
  });
});
