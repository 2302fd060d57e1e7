import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adaptModel, type AdaptOptions } from '../../../src/client/adaptation/adapt.js';
import { deslant, slantOf } from '../../../src/shared/preprocessing/deslant.js';
import { predict } from '../../../src/client/prediction/predict.js';
import type { Dataset } from '../../../src/shared/data/types.js';
import { FedshotError } from '../../../src/shared/errors.js';
import type { Model } from '../../../src/shared/model/folder.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { silent } from '../../../src/shared/reporter.js';
import { digitsModel } from '../../fixtures/digits-model.js';

const [H, W] = [9, 11];
const image = (grey: (row: number, column: number) => number, count = 1): Dataset => ({
  source: 'test',
  kind: 'image',
  shape: [1, H, W],
  count,
  x: Float32Array.from({ length: count * H * W }, (_, i) =>
    grey(Math.floor(i / W) % H, (i % W) - (W - 1) / 2),
  ),
});
const middle = (H - 1) / 2;
/** A stroke two pixels wide that leans by `lean` columns per row. */
const stroke =
  (lean: number) =>
  (row: number, column: number): number =>
    Math.max(0, 1 - Math.abs(column - lean * (row - middle)) / 2);

describe('slantOf', () => {
  it.each([0, 0.25, -0.5])('says how far a stroke leans: %f', (lean) => {
    const { slant, centre } = slantOf(image(stroke(lean)).x, [1, H, W]);
    expect(slant).toBeCloseTo(lean, 2);
    expect(centre).toBeCloseTo(middle, 6);
  });

  it('finds none where nothing is seen or all of it lies in one row, and 45° at most', () => {
    expect(slantOf(new Float32Array(H * W), [1, H, W]).slant).toBe(0);
    expect(slantOf(image((row) => (row === 2 ? 1 : 0)).x, [1, H, W]).slant).toBe(0);
    const flat = image((row, column) => (column === 5 * (row - middle) ? 1 : 0));
    expect(slantOf(flat.x, [1, H, W]).slant).toBe(1);
  });
});

describe('deslant', () => {
  it('leaves upright images as they are', () => {
    const upright = image(stroke(0), 2);
    expect(deslant(upright)).toEqual(upright);
  });

  it.each([0.5, -0.25])('puts a stroke that leans by %f upright', (lean) => {
    const { x } = deslant(image(stroke(lean)));
    expect(Math.abs(slantOf(x, [1, H, W]).slant)).toBeLessThan(0.02);
    const upright = image(stroke(0)).x;
    for (const row of [2, 4, 6])
      for (const column of [4, 5, 6])
        expect(Math.abs(x[row * W + column]! - upright[row * W + column]!)).toBeLessThan(0.3);
  });

  it('moves the channels of an image together', () => {
    const [red, green] = [image(stroke(0.5)).x, image(stroke(-0.25)).x];
    const both = { ...image(() => 0), shape: [2, H, W], x: Float32Array.from([...red, ...green]) };
    const { x } = deslant(both);
    const [a, b] = [slantOf(red, [1, H, W]).slant, slantOf(green, [1, H, W]).slant];
    const lean = (from: number): number => slantOf(x.subarray(from, from + H * W), [1, H, W]).slant;
    expect(lean(0) - lean(H * W)).toBeCloseTo(a - b, 1);
    expect(Math.abs(slantOf(x, [2, H, W]).slant)).toBeLessThan(0.05);
  });

  it('refuses a table', () => {
    expect(() => deslant({ ...image(() => 0), kind: 'table' })).toThrow('--deslant needs images');
  });
});

describe('adapting to slanted digits', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-deslant-'));
  const data = 'digits:slanted?n=200&seed=8';
  let model: Model;
  const run = (more: Partial<AdaptOptions>, work = 'work') =>
    adaptModel(model, { name: 'upright', version: 1, digest: '' }, join(dir, work), {
      data,
      epochs: 2,
      batch: 32,
      lr: 0.01,
      featureLr: 1,
      beta: 0.1,
      alpha: 1,
      threshold: 0,
      seed: 1,
      resume: false,
      force: true,
      ...more,
    });

  beforeAll(async () => {
    model = await digitsModel(join(dir, 'model'));
  }, 60_000);
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  it('has the released model right more often, repeats, and leaves C as it was', async () => {
    const asIs = await run({});
    const upright = await run({ deslant: true });
    const gain = upright.result.sourceOnlyAccuracy! - asIs.result.sourceOnlyAccuracy!;
    expect(gain).toBeGreaterThan(0.05);
    expect(upright.result.classifierUnchanged).toBe(true);
    const again = await run({ deslant: true }, 'again');
    expect(encodeState(again.state)).toEqual(encodeState(upright.state));
  });

  it('is kept with the adapted model, so that predict reads images so as well', async () => {
    const { config } = model;
    const { state, use, labels, result } = await run({ deslant: true });
    const { predictions } = await predict([{ config, state, use }], data);
    const right = predictions.filter((one, i) => one.class === String(labels![i])).length;
    expect(right / predictions.length).toBeCloseTo(result.adaptedAccuracy!, 8);
    const wrongly = await predict([{ config, state, use: { ...use, reading: {} } }], data);
    expect(wrongly.predictions).not.toEqual(predictions);
  });

  it('resumes to the same weights, and not where slants were left in', async () => {
    const whole = await run({ deslant: true, fill: true, epochs: 3 }, 'whole');
    const stop = new AbortController();
    let steps = 0;
    const advance = (): void => {
      if (++steps > 10) stop.abort(new FedshotError('interrupted', 'stop'));
    };
    const reporter = { ...silent, task: () => ({ advance, done: () => undefined }) };
    const stopped = run({ deslant: true, fill: true, epochs: 3, reporter, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
    await expect(run({ fill: true, epochs: 3, resume: true })).rejects.toThrow('deslant');
    await expect(run({ deslant: true, epochs: 3, resume: true })).rejects.toThrow('fill');
    const resumed = await run({ deslant: true, fill: true, epochs: 3, resume: true });
    expect(encodeState(resumed.state)).toEqual(encodeState(whole.state));
  });
});
