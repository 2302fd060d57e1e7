import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { adaptRelease, predictRelease } from '../../../src/client/index.js';
import { adaptModel } from '../../../src/client/adaptation/adapt.js';
import type { AdaptOptions } from '../../../src/client/adaptation/types.js';
import { defineMethod, METHOD_NAMES, methods } from '../../../src/client/methods/index.js';
import { readRecord } from '../../../src/client/runs/read.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { quick } from '../../fixtures/adapt-options.js';
import toy from '../../fixtures/plugins/toy-method.js';
import { tempDir } from '../../fixtures/temp.js';
import { tinyRelease } from '../../fixtures/tiny-release.js';

vi.mock('../../../src/client/pull/releases.js', async () =>
  (await import('../../fixtures/scripted-battery.js')).tinyReleases(),
);

const model = tinyRelease('plugin');
const adapt = (more: Partial<AdaptOptions>) =>
  adaptModel(model, { name: 'plugin', version: 1, digest: 'd' }, tempDir(), {
    ...quick,
    method: toy.name,
    force: true,
    ...more,
  });

describe('a method from outside', () => {
  beforeAll(() => methods.add(toy));
  afterEach(() => vi.restoreAllMocks());

  it('is known by its name, where there was no such name before', () => {
    expect(methods.get('toy-entropy')).toBe(toy);
    expect(METHOD_NAMES.at(-1)).toBe('toy-entropy');
  });

  it('adapts from start to predictions, with its own term in result and record', async () => {
    const home = join(tempDir(), 'home');
    mkdirSync(home);
    const given = { ...quick, method: 'toy-entropy', force: true };
    const { result, run, state } = await adaptRelease(home, 'digits', given);
    expect(result).toMatchObject({ method: 'toy-entropy', classifierUnchanged: true });
    expect(result.epochs).toHaveLength(2);
    for (const { loss, terms, ...others } of result.epochs) {
      expect(Object.keys(terms)).toEqual(['sharpness']);
      expect(terms.sharpness).toBeCloseTo(loss, 6);
      expect(terms.sharpness).toBeGreaterThan(0);
      expect(others).not.toHaveProperty('pseudoCe');
      expect(others).not.toHaveProperty('entropy');
    }
    expect(encodeState(state)).not.toEqual(encodeState(tinyRelease('digits').state));
    expect(readRecord(home, run.id).record.result.epochs).toEqual(result.epochs);
    const options = { data: 'digits:thick?n=10', sourceModel: false, engine: quick.engine };
    const answers = await predictRelease(home, 'digits', options);
    expect(answers.model.run).toBe(run.id);
    expect(answers.predictions).toHaveLength(10);
  });

  it('is given its own options, checked and completed by its schema', async () => {
    const [plain, same, heavy] = [
      await adapt({}),
      await adapt({ methodOptions: { weight: 1 } }),
      await adapt({ methodOptions: { weight: 4 } }),
    ];
    expect(encodeState(same.state)).toEqual(encodeState(plain.state));
    expect(encodeState(heavy.state)).not.toEqual(encodeState(plain.state));
    await expect(adapt({ methodOptions: { weight: -1 } })).rejects.toMatchObject({ code: 'usage' });
    await expect(adapt({ methodOptions: { wait: 1 } })).rejects.toThrow(/toy-entropy: .*"wait"/);
  });

  it('is refused where a release does not have what it needs', async () => {
    const needy = defineMethod({ ...toy, name: 'needy', needs: ['images'] });
    methods.add(needy);
    const { config } = model;
    const columns = Array.from({ length: 784 }, (_, i) => `#${i}`);
    const figures = columns.map(() => 1);
    const input = {
      kind: 'table' as const,
      shape: [784] as [number],
      columns,
      impute: figures,
      mean: figures,
      std: figures,
    };
    const table = { ...model, config: { ...config, input } };
    const release = { name: 'plugin', version: 1, digest: 'd' };
    const run = adaptModel(table, release, tempDir(), { ...quick, method: 'needy' });
    await expect(run).rejects.toMatchObject({
      code: 'usage',
      message: 'method needy needs images',
    });
  });

  it('is stopped where its loss reports a term that its definition does not name', async () => {
    methods.add(
      defineMethod({
        ...toy,
        name: 'liar',
        terms: ['other'],
        options: z.strictObject({ weight: z.number().default(1) }),
      }),
    );
    await expect(adapt({ method: 'liar' })).rejects.toMatchObject({
      code: 'usage',
      message: 'the loss reports a term "sharpness" that is not named',
    });
  });
});

it('a method that nobody has defined is refused by name, in a release as in a model', async () => {
  await expect(adapt({ method: 'no-such' })).rejects.toThrow('unknown method "no-such"');
  const run = adaptRelease(tempDir(), 'digits', { ...quick, method: 'no-such' });
  await expect(run).rejects.toMatchObject({ code: 'usage' });
});
