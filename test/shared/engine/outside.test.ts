import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { predict } from '../../../src/client/prediction/predict.js';
import { train } from '../../../src/provider/train/train.js';
import {
  defineEngine,
  engineNeeds,
  engines,
  genericOps,
  installEngine,
  startEngine,
  surveyEngines,
} from '../../../src/shared/engine/index.js';
import { readModel } from '../../../src/shared/model/folder.js';
import { gaussians } from '../../fixtures/gaussians.js';
import { tempDir } from '../../fixtures/temp.js';
import toy from '../../fixtures/toy-engine.js';

const asked = { engine: 'toy' };
let folder: string;
beforeAll(() => engines.add(toy));
beforeEach(() => {
  folder = tempDir();
  vi.stubEnv('TOY_ENGINE', folder);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  vi.stubEnv('TOY_ENGINE', folder);
  await (await startEngine(asked)).stop();
});

describe('an engine from outside', () => {
  it('trains and predicts', async () => {
    const data = gaussians(join(folder, 't.csv'), {
      n: 300,
      shares: [0.5, 0.5],
      distance: 4,
      seed: 1,
    });
    const model = join(folder, 'model');
    const trained = await train({
      data,
      out: model,
      arch: 'mlp',
      hidden: [16],
      bottleneck: 8,
      epochs: 6,
      batch: 32,
      lr: 0.02,
      smoothing: 0.1,
      augment: 'none',
      seed: 7,
      resume: false,
      engine: asked,
    });
    expect(trained.engine.name).toBe('toy');
    expect(trained.heldOutAccuracy).toBeGreaterThan(0.9);
    const models = [readModel(model)];
    const { predictions } = await predict(models, data, asked);
    expect(predictions).toHaveLength(300);
    const wasm = await predict(models, data, { engine: 'wasm', threads: 1 });
    expect(predictions.map((one) => one.class)).toEqual(wasm.predictions.map((one) => one.class));
  });

  it('is listed, never taken by `auto` before ours, and said to be missing where it is', () => {
    const listed = surveyEngines({}).engines.find(({ engine }) => engine === 'toy');
    expect(listed).toMatchObject({ device: 'cpu', source: 'a test', chosen: false, why: 'slower' });
    expect(surveyEngines(asked).engines.find(({ chosen }) => chosen)!.engine).toBe('toy');
    const env = { ...process.env, TOY_ENGINE: undefined };
    expect(surveyEngines({ env }).missing).toContainEqual({
      engine: 'toy',
      device: 'cpu',
      why: 'TOY_ENGINE names no folder',
    });
  });

  it('says to the sandbox what it must see, where it may be chosen', () => {
    const read = (engine: string) => engineNeeds({ engine }).read.includes(folder);
    expect([read('toy'), read('auto'), read('wasm')]).toEqual([true, true, false]);
    expect(engineNeeds(asked)).toMatchObject({ env: { TOY_ENGINE: folder }, restart: false });
  });

  it('cannot take the name of another, nor be installed where it does not say how', async () => {
    const other = defineEngine({ ...toy, name: 'wasm' });
    expect(() => engines.add(other)).toThrow('"wasm" already');
    await expect(installEngine('toy')).rejects.toMatchObject({
      code: 'usage',
      hint: 'libtorch and tensorflow can be installed; wasm, toy need not be',
    });
  });

  it('may run several times, side by side', async () => {
    const [one, two] = [await startEngine(asked), await startEngine({ ...asked, threads: 3 })];
    expect(two).not.toBe(one);
    const [a, b] = await Promise.all([one, two].map((e) => e.use(() => tf.getBackend())));
    expect([a, b]).toEqual(['toy', 'toy-2']);
    await two.stop();
    expect(await one.use(() => tf.neg([1, 2]).array())).toEqual([-1, -2]);
  });

  it('that fails to start is named, and does not stay current', async () => {
    const broken = defineEngine({
      ...toy,
      name: 'broken',
      start: () => Promise.reject(new Error('no such device')),
    });
    engines.add(broken);
    const before = tf.getBackend();
    await expect(startEngine({ engine: 'broken' })).rejects.toMatchObject({
      code: 'engine',
      message: 'no such device',
    });
    expect(tf.getBackend()).toBe(before);
    const lost = defineEngine({
      ...toy,
      name: 'lost',
      start: () => Promise.resolve({ device: 'cpu', version: '1', ops: genericOps }),
    });
    engines.add(lost);
    await expect(startEngine({ engine: 'lost' })).rejects.toMatchObject({ code: 'engine' });
    expect(tf.getBackend()).toBe(before);
  });
});
