import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainOptions } from '../../../src/provider/train/options.js';
import { train } from '../../../src/provider/train/train.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { parseSafetensors } from '../../../src/shared/format/safetensors.js';
import { tryLock } from '../../../src/shared/lock.js';
import { readModel } from '../../../src/shared/model/folder.js';
import { silent, type Reporter } from '../../../src/shared/reporter.js';

const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  data: 'digits:plain?n=300',
  holdOut: 0.2,
  out: mkdtempSync(join(tmpdir(), 'fedshot-')),
  arch: 'mlp',
  hidden: [32],
  bottleneck: 16,
  epochs: 3,
  batch: 32,
  lr: 0.05,
  smoothing: 0.1,
  augment: 'none',
  seed: 1,
  resume: false,
  ...more,
});

/** A table of 60 rows with two classes. */
function table(): string {
  const rows = Array.from({ length: 60 }, (_, i) => `${63 + (i % 37) + i / 100},${i % 2}`);
  const file = join(mkdtempSync(join(tmpdir(), 'fedshot-')), 't.csv');
  writeFileSync(file, ['age,sick', ...rows].join('\n'));
  return `csv:${file}#label=sick`;
}

/** What a checkpoint says of such a run; with any other name in it, those of 0.1 could not be resumed. */
const SETTINGS_OF_0_1 = [
  ...['data', 'holdOut', 'arch', 'hidden', 'bottleneck', 'epochs', 'batch', 'lr', 'smoothing'],
  ...['augment', 'seed', 'engine', 'device', 'threads'],
];
const settingsIn = (out: string): string[] => {
  const { metadata } = parseSafetensors(readFileSync(join(out, '.checkpoint.safetensors')));
  return Object.keys(JSON.parse(metadata.settings!) as object);
};

const FILES = ['F.safetensors', 'B.safetensors', 'C.safetensors', 'model.json'];
const bytes = (dir: string) => FILES.map((file) => readFileSync(join(dir, file)).toString('hex'));

/** Held-out samples of each class of a card's confusion that are described. */
const described = (out: string): boolean[] =>
  readModel(out).config.card!.confusion!.map((row) => row !== null);

describe('what is held out where nobody says how much', () => {
  const few = { holdOut: undefined, epochs: 1 };

  it('is more of few samples, so that the card describes every class', async () => {
    const result = await train(options({ ...few, data: 'digits:plain?n=800' }));
    expect(result.samples.heldOut).toBeGreaterThan(200);
    expect(result.undescribed).toEqual([]);
    expect(described(result.out)).toEqual(new Array(10).fill(true));
  });

  it('is a third at the most, and the classes that this leaves out are named', async () => {
    const warnings: string[] = [];
    const reporter: Reporter = { ...silent, warn: (line) => warnings.push(line) };
    const result = await train(options({ ...few, reporter }));
    expect(result.samples).toEqual({ trained: 200, heldOut: 100 });
    expect(result.undescribed).toHaveLength(10);
    expect(warnings.join()).toMatch(
      /classes 0, 1, 2, 3, 4 and 5 more: under 20 held-out samples.*not enough to tell/,
    );
  });

  it('is as told where somebody does, with the same warning', async () => {
    const result = await train(options({ holdOut: 0.1, epochs: 1 }));
    expect(result.samples).toEqual({ trained: 270, heldOut: 30 });
    expect(result.undescribed).toHaveLength(10);
  });
});

describe('train', () => {
  it('learns, and keeps the best epoch on held-out data', async () => {
    const result = await train(options({ epochs: 6 }));
    expect(result.heldOutAccuracy).toBeGreaterThan(0.6);
    expect(result.samples).toEqual({ trained: 240, heldOut: 60 });
    const scored = result.epochs.map(({ heldOutAccuracy }) => heldOutAccuracy ?? -1);
    expect(result.heldOutAccuracy).toBe(Math.max(...scored));
    expect(scored[result.bestEpoch - 1]).toBe(result.heldOutAccuracy);
  });

  it('gives byte-identical files for the same seed, and others for another', async () => {
    const [a, b, c] = [options(), options(), options({ seed: 2 })];
    for (const o of [a, b, c]) await train(o);
    expect(bytes(a.out)).toEqual(bytes(b.out));
    expect(bytes(a.out)[0]).not.toEqual(bytes(c.out)[0]);
  });

  it('stops at Ctrl-C and resumes to the result of an uninterrupted run', async () => {
    const whole = options({ augment: 'crop-rotate' });
    await train(whole);
    const cut = options({ augment: 'crop-rotate' });
    const controller = new AbortController();
    let steps = 0;
    const reporter: Reporter = {
      ...silent,
      task: () => ({
        advance: () => {
          if (++steps === 12) controller.abort(new FedshotError('interrupted', 'stopped'));
        },
        done: () => undefined,
      }),
    };
    await expect(train({ ...cut, reporter, signal: controller.signal })).rejects.toThrow('stopped');
    expect(existsSync(join(cut.out, 'model.json'))).toBe(false);
    expect(settingsIn(cut.out)).toEqual(SETTINGS_OF_0_1);
    await train({ ...cut, resume: true });
    expect(bytes(cut.out)).toEqual(bytes(whole.out));
    expect(existsSync(join(cut.out, '.checkpoint.safetensors'))).toBe(false);
  });

  it('replaces an earlier model, what goes with it, and what a killed run left, in one step', async () => {
    const earlier = options();
    await train({ ...earlier, beside: new Map([['isolation.json', 'first']]) });
    const left = join(earlier.out, `..next.${'0'.repeat(12)}.tmp`);
    mkdirSync(left);
    writeFileSync(join(left, 'F.safetensors'), 'half');
    await train({ ...earlier, seed: 2, beside: new Map([['isolation.json', 'second']]) });
    const fresh = options({ seed: 2 });
    await train(fresh);
    expect(bytes(earlier.out)).toEqual(bytes(fresh.out));
    expect(readFileSync(join(earlier.out, 'isolation.json'), 'utf8')).toBe('second');
    expect(readdirSync(earlier.out).sort()).toEqual([...FILES, '.lock', 'isolation.json'].sort());
  });

  it('refuses a folder that somebody else trains into, and leaves it as it is', async () => {
    const busy = options();
    const lock = tryLock(join(busy.out, '.lock'))!;
    await expect(train(busy)).rejects.toMatchObject({ code: 'usage' });
    expect(readdirSync(busy.out)).toEqual(['.lock']);
    lock.release();
    await train(busy);
  });

  it('publishes no figure of a table to more digits than ten rows share', async () => {
    const out = options({ data: table(), epochs: 1 });
    await train(out);
    const { input, heldOutAccuracy, card } = readModel(out.out).config;
    if (input.kind !== 'table') throw new Error('not a table');
    for (const value of [...input.impute, ...input.mean]) expect(value).toBe(Math.round(value));
    for (const value of numbersIn([input.std, card]))
      expect(Number(value.toPrecision(3))).toBe(value);
    expect(String(heldOutAccuracy).length).toBeLessThanOrEqual(6);
  });

  it.each([
    ['data without labels', { data: 'safetensors:nowhere' }, /nowhere/],
    ['one sample', { data: 'digits:plain?n=1' }, /n=1: one sample, too few to train on/],
    ['a single class name', { classes: ['only'] }, /--classes names 1 class/],
    ['labels beyond the classes', { classes: ['a', 'b'] }, /label/],
    ['an unknown domain', { data: 'digits:fat' }, /fat/],
    ['hidden layers for one that has none', { arch: 'lenet' }, /network lenet: hidden: /],
    [
      'a table for images',
      { arch: 'lenet', hidden: undefined, data: table() },
      /a table cannot feed/,
    ],
    [
      'an augmented table',
      { data: table(), augment: 'crop-rotate' as const },
      /needs images, not a table/,
    ],
    ['a loss that runs away', { lr: 1e30 }, /the loss became .* in epoch 1/],
  ])('refuses %s', async (_, more, message) => {
    await expect(train(options(more))).rejects.toThrow(message);
  });
});

const numbersIn = (value: unknown): number[] => {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
};
