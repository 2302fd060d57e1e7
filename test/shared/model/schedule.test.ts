import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batches, inOrder } from '../../../src/shared/model/batches.js';
import {
  epochSteps,
  stepsPerEpoch,
  type Plan,
  type Step,
} from '../../../src/shared/model/epochs.js';
import { learningRate } from '../../../src/shared/model/schedule.js';
import { random } from '../../../src/shared/random.js';

const plan: Plan = { samples: 10, batch: 4, epochs: 3, lr: 0.01, random: random(7), shuffle: true };

/** Steps that see nothing. */
async function* nothing(list: readonly Step[]): AsyncGenerator<Tensor[]> {
  for (let k = 0; k < list.length; k++) yield await Promise.resolve([]);
}

async function steps(p: Plan, epoch: number, signal?: AbortSignal): Promise<Step[]> {
  const all: Step[] = [];
  for await (const { step } of epochSteps(p, epoch, nothing, signal)) all.push(step);
  return all;
}

describe('learningRate', () => {
  it('is lr₀·(1 + 10·i/T)^−0.75', () => {
    expect(learningRate(0.01, 0, 12)).toBe(0.01);
    expect(learningRate(0.01, 12, 12)).toBeCloseTo(0.01 * 11 ** -0.75, 12);
    // the first iteration of the recorded run of the original (12 iterations)
    expect(learningRate(0.01, 1, 12)).toBeCloseTo(0.006347006220012119, 15);
  });
});

describe('batches', () => {
  it('keeps a shorter last batch', () => {
    expect(batches(inOrder(10), 4).map((b) => [...b])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });
  it('leaves out a batch of one', () => {
    expect(batches(inOrder(9), 4)).toHaveLength(2);
    expect(batches(inOrder(1), 4)).toHaveLength(0);
  });
});

describe('epochSteps', () => {
  it('visits every sample once, in another order each epoch', async () => {
    const [first, second] = [await steps(plan, 0), await steps(plan, 1)];
    const visited = (list: Step[]) => list.flatMap(({ index }) => [...index]);
    expect(visited(first).sort((a, b) => a - b)).toEqual([...inOrder(10)]);
    expect(visited(first)).not.toEqual(visited(second));
  });

  it('takes the same steps when an epoch is repeated', async () => {
    const figures = (list: Step[]) =>
      list.map(({ index, lr, random: r }) => [[...index], lr, r.fork('mask').next()]);
    expect(figures(await steps(plan, 2))).toEqual(figures(await steps(plan, 2)));
  });

  it('counts iterations over all epochs, from 1 to T', async () => {
    const T = plan.epochs * stepsPerEpoch(plan);
    const rates = [await steps(plan, 0), await steps(plan, 1), await steps(plan, 2)].flat();
    expect(rates.map(({ lr }) => lr)).toEqual(
      Array.from({ length: T }, (_, i) => learningRate(0.01, i + 1, T)),
    );
  });

  it('stops with the reason of the signal', async () => {
    const controller = new AbortController();
    controller.abort(new Error('stop here'));
    await expect(steps(plan, 0, controller.signal)).rejects.toThrow('stop here');
  });
});
