import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptModel, adaptPrepared } from '../../../src/client/adaptation/adapt.js';
import { withPrepared } from '../../../src/client/adaptation/prepare.js';
import type { AdaptOptions } from '../../../src/client/adaptation/types.js';
import { methods } from '../../../src/client/methods/index.js';
import { startEngine } from '../../../src/shared/engine/index.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { silent } from '../../../src/shared/reporter.js';
import { quick } from '../../fixtures/adapt-options.js';
import { tempDir } from '../../fixtures/temp.js';
import { tinyRelease } from '../../fixtures/tiny-release.js';

const model = tinyRelease('prepare');
const release = { name: 'prepare', version: 1, digest: 'd' };
const adapt = (more: Partial<AdaptOptions> = {}) =>
  adaptModel(model, release, tempDir(), { ...quick, force: true, ...more });

describe('a prepared run', () => {
  it('gives each method the same start, whatever was run on it before', async () => {
    const alone = await adapt({ method: 'aad' });
    const options = { ...quick, force: true };
    const after = await withPrepared(model, release, options, 2, async (prepared) => {
      const run = (name: string) =>
        adaptPrepared(prepared, {
          method: methods.get(name),
          work: tempDir(),
          resume: false,
          force: true,
        });
      for (const name of ['shot', 'bn', 't3a']) await run(name);
      return run('aad');
    });
    expect(encodeState(after.state)).toEqual(encodeState(alone.state));
    expect(after.answers).toEqual(alone.answers);
    expect(after.result.battery).toEqual(alone.result.battery);
  });
});

describe('the memory of an engine', () => {
  beforeAll(async () => {
    await startEngine(quick.engine);
  });

  it.each(methods.names())('holds as much after %s as before', async (method) => {
    const { numTensors, numDataBuffers } = memory();
    await adapt({ method });
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
  });

  it.each([
    ['scored on other data, with a prior', { prior: 'estimate', test: 'digits:thick?n=20&seed=2' }],
    ['with an open set and moved images', { openSet: true, augment: 'affine' as const }],
    ['without force', { force: false, partial: true }],
  ])('holds as much after an adaptation %s', async (_, more) => {
    const { numTensors, numDataBuffers } = memory();
    await adapt(more);
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
  });

  it.each(['shot', 'shot++', 'nrc', 'aad'])(
    'holds as much after %s was stopped',
    async (method) => {
      const { numTensors, numDataBuffers } = memory();
      const stop = new AbortController();
      let steps = 0;
      const advance = (): void => {
        if (++steps > 4) stop.abort(new FedshotError('interrupted', 'stop'));
      };
      const reporter = { ...silent, task: () => ({ advance, done: () => undefined }) };
      const run = adapt({ method, reporter, signal: stop.signal });
      await expect(run).rejects.toMatchObject({ code: 'interrupted' });
      expect(memory()).toMatchObject({ numTensors, numDataBuffers });
    },
  );

  it('holds as much after data that cannot be adapted to', async () => {
    const { numTensors, numDataBuffers } = memory();
    await expect(adapt({ lr: 1e30 })).rejects.toMatchObject({ code: 'data' });
    await expect(adapt({ prior: '/no/such/file.json' })).rejects.toBeInstanceOf(FedshotError);
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
  });
});
