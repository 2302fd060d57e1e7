import { describe, expect, it } from 'vitest';
import {
  trainOptions,
  trainSettings,
  type TrainOptions,
} from '../../../src/provider/train/options.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { describeOption, traitsOf } from '../../../src/shared/option.js';

const LEAST: TrainOptions = { data: 'digits:plain', out: 'model' };
/** As a program without types may call it. */
const withOthers = (more: Record<string, unknown>): TrainOptions => ({ ...LEAST, ...more });

function refusal(more: Record<string, unknown>): FedshotError {
  try {
    trainSettings(withOthers(more));
  } catch (error) {
    if (error instanceof FedshotError) return error;
  }
  return expect.fail('was taken');
}

describe('trainSettings', () => {
  it('fills in the defaults of the command line', () => {
    expect(trainSettings(LEAST)).toMatchObject({
      arch: 'lenet',
      bottleneck: 256,
      epochs: 30,
      batch: 64,
      lr: 0.01,
      smoothing: 0.1,
      augment: 'none',
      seed: 2020,
      resume: false,
    });
  });

  it('takes both ends of each range', () => {
    const edges = [
      { epochs: 1, batch: 2, smoothing: 0, holdOut: 0, seed: 0, bottleneck: 1 },
      { smoothing: 1, holdOut: 0.999, seed: 2 ** 32 - 1 },
    ];
    for (const edge of edges) expect(trainSettings({ ...LEAST, ...edge })).toMatchObject(edge);
  });

  it('leaves what the program brings along as it is', () => {
    const { signal } = new AbortController();
    const beside = new Map([['a', 'b']]);
    const settings = trainSettings({ ...LEAST, signal, beside, engine: { engine: 'wasm' } });
    expect(settings.signal).toBe(signal);
    expect(settings.beside).toBe(beside);
    expect(settings.engine).toEqual({ engine: 'wasm' });
  });

  it.each([
    ['no epoch', { epochs: 0 }, /^train: epochs: Expected a whole number of at least 1/],
    ['half an epoch', { epochs: 1.5 }, /^train: epochs: /],
    ['a batch of one', { batch: 1 }, /^train: batch: .*batch normalisation needs two samples/],
    ['a rate of nothing', { lr: 0 }, /^train: lr: Expected a number above 0/],
    ['a rate that is no number', { lr: NaN }, /^train: lr: /],
    ['a rate without an end', { lr: Infinity }, /^train: lr: /],
    ['more smoothing than all', { smoothing: 1.1 }, /^train: smoothing: Expected .* from 0 to 1/],
    ['all held out', { holdOut: 1 }, /^train: holdOut: .*something has to be left/],
    ['a seed beyond 32 bits', { seed: 2 ** 32 }, /^train: seed: /],
    ['a seed as text', { seed: '1' }, /^train: seed: /],
    ['a network that is none', { arch: 'alexnet' }, /^train: arch: Allowed choices are lenet, dtn/],
    ['an augmentation that is none', { augment: 'blur' }, /^train: augment: Allowed choices are /],
    ['a hidden layer of no width', { hidden: [8, 0] }, /^train: hidden\.1: Expected a whole/],
    ['parameters that are a text', { parameters: 'wide' }, /^train: parameters: .*name=value/],
    ['no data', { data: undefined }, /^train: data: Expected data/],
    ['no folder', { out: '' }, /^train: out: Expected a path/],
  ])('refuses %s by name', (_, more, message) => {
    expect(refusal(more)).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses an option that it does not know, and says which there are', () => {
    const error = refusal({ epoch: 3 });
    expect(error).toMatchObject({ code: 'usage', message: 'train: unknown option "epoch"' });
    expect(error.hint).toContain('epochs, batch, lr');
  });

  it('says what is missing, and what it is', () => {
    const { out } = LEAST;
    const without: Partial<TrainOptions> = { out };
    expect(() => trainSettings(without as TrainOptions)).toThrow('train: data is missing');
    expect(refusal({ lr: -1 }).hint).toBe('lr: learning rate at the start');
  });

  it('keeps how an option stands on a command line, with a range of its own too', () => {
    expect(traitsOf(trainOptions.shape.holdOut)).toMatchObject({ placeholder: '<share>' });
    expect(traitsOf(trainOptions.shape.data).names).toBe('data');
  });

  it('has a meaning for every option', () => {
    for (const [name, option] of Object.entries(trainOptions.shape))
      expect(describeOption(option), name).toMatch(/\w{3}/);
  });
});
