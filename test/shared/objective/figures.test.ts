import { memory, scalar, stack, tidy, type Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/shared/engine/index.js';
import { Figures } from '../../../src/shared/objective/figures.js';

beforeAll(async () => {
  await startEngine();
});

const loss = (total: number, terms: Record<string, number>) => ({
  total: scalar(total),
  terms: Object.fromEntries(Object.entries(terms).map(([name, v]) => [name, scalar(v)])),
});
const step = (figures: Figures, total: number, terms: Record<string, number>): void =>
  tidy(() => figures.add(stack(figures.of(loss(total, terms))) as Tensor1D));

describe('Figures', () => {
  it('gives the terms of every step under their names, in whatever order a step has them', async () => {
    const figures = new Figures(['one', 'two', 'three']);
    step(figures, 1, { one: 10, two: 20 });
    step(figures, 2, { two: 21, one: 11 });
    expect(await figures.read()).toEqual([
      { total: 1, terms: { one: 10, two: 20 } },
      { total: 2, terms: { one: 11, two: 21 } },
    ]);
    figures.dispose();
  });

  it('refuses terms that nobody has named, and others than in the step before', () => {
    expect(() => step(new Figures(['one']), 1, { two: 1 })).toThrow('a term "two"');
    const figures = new Figures(['one', 'two']);
    step(figures, 1, { one: 1 });
    const others: Record<string, number>[] = [{ two: 1 }, { one: 1, two: 1 }, {}];
    for (const other of others)
      expect(() => step(figures, 1, other)).toThrow('other terms than in the step before');
    figures.dispose();
  });

  it('frees what it has kept', () => {
    const before = memory().numTensors;
    const figures = new Figures(['one']);
    step(figures, 1, { one: 1 });
    expect(memory().numTensors).toBe(before + 1);
    figures.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
