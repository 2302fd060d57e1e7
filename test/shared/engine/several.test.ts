import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/shared/engine/index.js';
import type { Engine } from '../../../src/shared/engine/index.js';
import type { LibtorchBackend } from '../../../src/shared/engine/libtorch/backend.js';
import { isHere } from './engines.js';
import { tinyTraining } from './suites/leaks.js';

const STEPS = 6;

/** Losses of a few steps, in turns of one step each or in a single one. */
async function train(engine: Engine, between?: () => Promise<unknown>): Promise<number[]> {
  const training = await engine.use(() => tinyTraining(engine));
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    losses.push(await engine.use(training.step));
    await between?.();
  }
  await engine.use(training.dispose);
  return losses;
}

/** The bits of a sum whose order of addition depends on the number of threads. */
const product = (engine: Engine): Promise<number[]> =>
  engine.use(async () => {
    const [a, b] = [1, 2].map((seed) => tf.randomNormal([300, 500], 0, 1, 'float32', seed));
    const sum = tf.sum(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, false, true), 1);
    const values = [...(await sum.data())];
    tf.dispose([a!, b!, sum]);
    return values;
  });

describe.skipIf(!isHere('libtorch'))('several engines in one process', () => {
  const alone: Record<string, { losses: number[]; sums: number[] }> = {};
  const asked = {
    wasm: { engine: 'wasm', threads: 2 },
    one: { engine: 'libtorch', device: 'cpu', threads: 1 },
    two: { engine: 'libtorch', device: 'cpu', threads: 2 },
  } as const;
  const all = Object.entries(asked);
  let engines: Engine[] = [];

  beforeAll(async () => {
    for (const [name, options] of all) {
      const engine = await startEngine(options);
      alone[name] = { losses: await train(engine), sums: await product(engine) };
      await engine.stop();
    }
    engines = await Promise.all(all.map(([, options]) => startEngine(options)));
  });
  afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

  it('are found again by what was asked for', async () => {
    expect(new Set(engines).size).toBe(3);
    for (const [i, [, options]] of all.entries())
      expect(await startEngine(options)).toBe(engines[i]);
  });

  it('compute by turns, and each gives the bits that it gives alone', async () => {
    const jobs = engines.map((engine) => train(engine, () => Promise.resolve()));
    const losses = await Promise.all(jobs);
    const sums = await Promise.all(engines.map(product));
    for (const [i, [name]] of all.entries())
      expect({ losses: losses[i], sums: sums[i] }, name).toEqual(alone[name]);
    expect(alone.wasm!.losses).not.toEqual(alone.one!.losses);
    const threads = (engine: Engine): Promise<number | undefined> =>
      engine.use(() => (tf.backend() as unknown as LibtorchBackend).torch.api.threads?.());
    expect(await Promise.all(engines.slice(1).map(threads))).toEqual([1, 2]);
  });

  it('give the current backend back, also after an error', async () => {
    const current = tf.getBackend();
    const seen = await Promise.all(engines.map((engine) => engine.use(() => tf.getBackend())));
    expect(new Set(seen).size).toBe(3);
    const failing = engines.map((engine) =>
      engine.use(() => {
        throw new Error('in its turn');
      }),
    );
    for (const job of failing) await expect(job).rejects.toThrow('in its turn');
    expect(tf.getBackend()).toBe(current);
  });

  it('refuse the tensors of one another', async () => {
    const [wasm, one, two] = engines as [Engine, Engine, Engine];
    for (const [owner, other] of [
      [wasm, one],
      [one, two],
    ] as const) {
      const x = await owner.use(() => tf.tensor1d([1, 2]));
      const mixed = other.use(() => tf.neg(x).dataSync());
      await expect(mixed).rejects.toThrow('a tensor of another engine');
      x.dispose();
    }
  });

  it('neither start nor stop one another within a turn', async () => {
    const [wasm, one] = engines as [Engine, Engine];
    const starting = wasm.use(() => startEngine({ ...asked.one, threads: 3 }));
    await expect(starting).rejects.toMatchObject({ code: 'usage' });
    await expect(wasm.use(() => one.stop())).rejects.toMatchObject({ code: 'usage' });
    await expect(wasm.use(() => wasm.stop())).rejects.toMatchObject({ code: 'usage' });
    expect(await wasm.use(() => startEngine(asked.one))).toBe(one);
  });
});
