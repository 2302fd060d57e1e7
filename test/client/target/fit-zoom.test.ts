import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeDataset } from '../../../scripts/robustness/files.js';
import { adaptModel } from '../../../src/client/adaptation/adapt.js';
import { zoom } from '../../../src/shared/preprocessing/orient.js';
import { predict } from '../../../src/client/prediction/predict.js';
import { targetData } from '../../../src/client/target/target-data.js';
import type { InputOptions } from '../../../src/client/target/options.js';
import { loadDataset } from '../../../src/shared/data/index.js';
import type { Dataset } from '../../../src/shared/data/types.js';
import type { Model } from '../../../src/shared/model/folder.js';
import { random } from '../../../src/shared/random.js';
import { digitsModel } from '../../fixtures/digits-model.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
let model: Model;
let small: string;
const given = { epochs: 1, batch: 32, lr: 0.01, featureLr: 1, beta: 0.1, alpha: 1, threshold: 0 };

beforeAll(async () => {
  model = await digitsModel(join(dir, 'model'));
  const site = await loadDataset('digits:plain?n=200&seed=8');
  small = writeDataset(join(dir, 'small.safetensors'), zoom(site, 0.7));
}, 60_000);

const r = random('zoom');
const image = (n: number, shape: number[]): Dataset => ({
  source: 'test',
  kind: 'image',
  shape,
  count: n,
  x: Float32Array.from({ length: n * shape.reduce((a, b) => a * b, 1) }, () => r.next()),
});

describe('zoom', () => {
  it('leaves images as they are by a factor of 1', () => {
    const given = image(2, [3, 5, 4]);
    expect(zoom(given, 1)).toEqual(given);
  });

  it('puts at half the size what was there at the whole, and black around it', () => {
    const ramp = { ...image(1, [1, 9, 9]), x: Float32Array.from({ length: 81 }, (_, i) => i / 81) };
    const half = zoom(ramp, 0.5).x;
    expect(half[4 * 9 + 4]).toBe(ramp.x[4 * 9 + 4]);
    expect(half[5 * 9 + 3]).toBe(ramp.x[6 * 9 + 2]);
    expect([half[0], half[9 + 4], half[80]]).toEqual([0, 0, 0]);
    const back = zoom(zoom(ramp, 2), 0.5).x;
    expect(back[4 * 9 + 5]).toBeCloseTo(ramp.x[4 * 9 + 5]!, 6);
  });

  it('refuses a table', () => {
    expect(() => zoom({ ...image(1, [1, 2, 2]), kind: 'table' }, 2)).toThrow('--zoom needs images');
  });
});

/** The factor by which a site's images are enlarged. */
const factorOf = async (options: InputOptions, of = model): Promise<number | undefined> =>
  (await targetData(options, of)).reading.zoom;

describe('zoom: fit', () => {
  it('finds the size that the released model was trained on, without labels', async () => {
    const factor = await factorOf({ data: small, zoom: 'fit' });
    expect(factor).toBeGreaterThan(1.25);
    expect(factor).toBeLessThan(1.65);
    const same = await factorOf({ data: 'digits:plain?n=200&seed=8', zoom: 'fit' });
    // within a step of the grid: 200 samples without labels do not tell more
    expect(same).toBeGreaterThan(0.9);
    expect(same).toBeLessThan(1.11);
  });

  it('makes the released model right more often, and stays with the adapted one', async () => {
    const options = { ...given, data: small, seed: 1, resume: false, force: true };
    const release = { name: 'zoom', version: 1, digest: '' };
    const asIs = await adaptModel(model, release, join(dir, 'work'), options);
    const fit = await adaptModel(model, release, join(dir, 'work'), { ...options, zoom: 'fit' });
    expect(fit.result.sourceOnlyAccuracy! - asIs.result.sourceOnlyAccuracy!).toBeGreaterThan(0.1);
    const { predictions } = await predict(
      [{ config: model.config, state: fit.state, use: fit.use }],
      small,
    );
    const right = predictions.filter((one, i) => one.class === String(fit.labels![i])).length;
    expect(right / predictions.length).toBeCloseTo(fit.result.adaptedAccuracy!, 8);
  });

  it('takes a given factor as it is, and needs a full card for anything else', async () => {
    expect(await factorOf({ data: small, zoom: 1.5 })).toBe(1.5);
    const { card: _, ...config } = model.config;
    await expect(factorOf({ data: small, zoom: 'fit' }, { ...model, config })).rejects.toThrow(
      '--zoom fit needs a release with a full card',
    );
  });
});
