import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { adaptModel, type AdaptOptions } from '../../../src/client/adaptation/adapt.js';
import type { VerdictOutcome } from '../../../src/client/diagnostics/index.js';
import { train } from '../../../src/provider/train/train.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { readModel, type Model } from '../../../src/shared/model/folder.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { silent } from '../../../src/shared/reporter.js';
import { fileDir } from '../../fixtures/temp.js';

/** What the battery says of the adapted weights that it is shown, one after the other. */
let script: VerdictOutcome[] = [];
/** Whether the released model's own estimate may be believed. */
let believed = false;

vi.mock('../../../src/client/diagnostics/index.js', async (original) => {
  const real = await original<typeof import('../../../src/client/diagnostics/index.js')>();
  const judge: typeof real.judge = async (witness, config, force, adapted) => {
    const judged = await real.judge(witness, config, force, adapted);
    const outcome = adapted ? script.shift()! : 'ok';
    const kept = outcome === 'rolled back' && !force ? 'source' : 'adapted';
    return { ...judged, battery: { ...judged.battery, outcome, kept } };
  };
  return { ...real, judge, isCalibrated: () => believed };
});

const dir = fileDir();
let model: Model;
const options: AdaptOptions = {
  data: 'digits:thick?n=120',
  epochs: 5,
  batch: 32,
  lr: 0.02,
  featureLr: 1,
  beta: 0.1,
  alpha: 1,
  threshold: 0,
  seed: 7,
  resume: false,
};
const run = (more: Partial<AdaptOptions> = {}) =>
  adaptModel(model, { name: 'tiny', version: 1, digest: 'd' }, dir, { ...options, ...more });

beforeAll(async () => {
  await train({
    data: 'digits:plain?n=400',
    test: 'digits:plain?n=250&seed=1',
    arch: 'mlp',
    hidden: [32],
    bottleneck: 16,
    holdOut: 0.1,
    out: dir,
    epochs: 3,
    batch: 32,
    lr: 0.01,
    smoothing: 0.1,
    augment: 'none',
    seed: 1,
    resume: false,
  });
  model = readModel(dir);
}, 60_000);
beforeEach(() => {
  script = [];
  believed = false;
});

describe('adaptModel, rolled back', () => {
  it('goes back to the last epoch that the battery accepted', async () => {
    script = ['ok', 'warn', 'rolled back', 'rolled back']; // after epochs 1, 2, 4 and the last
    const { result, state } = await run();
    expect(result.battery).toMatchObject({ outcome: 'rolled back', kept: 'adapted', epoch: 2 });
    expect(result.adaptedAccuracy).toBe(result.epochs[1]!.accuracy);
    expect(result.adaptedAccuracy).not.toBe(result.epochs[4]!.accuracy);
    expect(encodeState(state)).not.toEqual(encodeState(model.state));
  });

  it('goes back to the released model where it accepted none', async () => {
    script = ['rolled back', 'rolled back', 'rolled back', 'rolled back'];
    const { result, state } = await run();
    expect(result.battery).toMatchObject({ outcome: 'rolled back', kept: 'source' });
    expect(result.battery.epoch).toBeUndefined();
    expect(result.adaptedAccuracy).toBe(result.sourceOnlyAccuracy);
    expect(encodeState(state)).toEqual(encodeState(model.state));
  });

  it('goes back to the released model where that is believed, and looks at no epoch', async () => {
    believed = true;
    script = ['rolled back']; // after the last
    const { result } = await run();
    expect(result.battery).toMatchObject({ outcome: 'rolled back', kept: 'source' });
    expect(result.adaptedAccuracy).toBe(result.sourceOnlyAccuracy);
  });

  it('remembers the accepted epoch across an interruption', async () => {
    script = ['ok', 'ok', 'rolled back', 'rolled back'];
    const whole = await run();
    const stop = new AbortController();
    let steps = 0;
    const advance = (): void => {
      if (++steps > 14) stop.abort(new FedshotError('interrupted', 'stop')); // in epoch 4
    };
    script = ['ok', 'ok'];
    const reporter = { ...silent, task: () => ({ advance, done: () => undefined }) };
    await expect(run({ reporter, signal: stop.signal })).rejects.toThrow('stop');
    script = ['rolled back', 'rolled back'];
    const resumed = await run({ resume: true });
    expect(resumed.result.battery.epoch).toBe(2);
    expect(encodeState(resumed.state)).toEqual(encodeState(whole.state));
  });

  it('keeps the last epoch, whatever is found, where it is forced to', async () => {
    script = ['rolled back'];
    const { result } = await run({ force: true });
    expect(result.adaptedAccuracy).toBe(result.epochs[4]!.accuracy);
  });
});
