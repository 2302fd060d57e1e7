import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptModel } from '../../../src/client/adaptation/adapt.js';
import { METHOD_NAMES } from '../../../src/client/methods/index.js';
import type { Model } from '../../../src/shared/model/folder.js';
import { digitsModel } from '../../fixtures/digits-model.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
let model: Model;
beforeAll(async () => {
  model = await digitsModel(join(dir, 'model'));
}, 60_000);

/** Accuracies of the released and of the adapted model on digits that are drawn thinner. */
const on = async (domain: string, method: string) => {
  const { result } = await adaptModel(
    model,
    { name: 'gains', version: 1, digest: 'd' },
    join(dir, 'work'),
    {
      data: `digits:${domain}?n=200&seed=3`,
      epochs: 6,
      batch: 32,
      lr: 0.01,
      featureLr: 1,
      beta: 0.1,
      alpha: 1,
      threshold: 0,
      seed: 7,
      resume: false,
      method,
      force: true,
    },
  );
  return { before: result.sourceOnlyAccuracy!, after: result.adaptedAccuracy! };
};

/** Points that each method wins over the released model at the least; half of what was measured. */
const GAINS: Record<string, number> = {
  bn: 0.2,
  'shot-im': 0.2,
  shot: 0.2,
  'shot++': 0.2,
  aad: 0.2,
  nrc: 0.2,
  t3a: 0.08,
};

describe('every method, on digits of another hand', () => {
  it('leaves out none', () => {
    expect(Object.keys(GAINS).sort()).toEqual(
      METHOD_NAMES.filter((name) => name !== 'source').sort(),
    );
  });

  it.each(Object.entries(GAINS))('%s beats the released model by %f', async (method, gain) => {
    const { before, after } = await on('thin', method);
    expect(after - before).toBeGreaterThan(gain);
  });

  it('learns more by training than by refreshed statistics alone where digits are slanted', async () => {
    const refreshed = await on('slanted', 'bn');
    for (const method of ['shot-im', 'shot', 'shot++'] as const)
      expect((await on('slanted', method)).after).toBeGreaterThan(refreshed.after + 0.03);
  });
});
