import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptModel, type AdaptOptions } from '../../../src/client/adaptation/adapt.js';
import { METHOD_NAMES } from '../../../src/client/methods/index.js';
import { combined } from '../../../src/client/adaptation/sources.js';
import { train } from '../../../src/provider/train/train.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { readModel, type Model } from '../../../src/shared/model/folder.js';
import { initialState } from '../../../src/shared/model/init.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { random } from '../../../src/shared/random.js';
import { silent } from '../../../src/shared/reporter.js';
import { serializeSafetensors } from '../../../src/shared/format/safetensors.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
const release = { name: 'tiny', version: 1, digest: 'd' };
let model: Model;
const options: AdaptOptions = {
  data: 'digits:thick?n=90',
  epochs: 2,
  batch: 32,
  lr: 0.01,
  featureLr: 1,
  beta: 0.1,
  alpha: 1,
  threshold: 0,
  seed: 7,
  resume: false,
  force: true,
};
const run = (more: Partial<AdaptOptions> = {}, of = model) =>
  adaptModel(of, release, join(dir, 'work'), { ...options, ...more });

/** Table of `n` rows of `width` numbers as a file; labels where given. */
function table(name: string, n: number, width: number, labels?: number[]): string {
  const r = random(name);
  const x = Float32Array.from({ length: n * width }, () => r.normal());
  const y = Int32Array.from(labels ?? []);
  const bytes = (v: Float32Array | Int32Array) => new Uint8Array(v.buffer);
  const file = join(dir, `${name}.safetensors`);
  writeFileSync(
    file,
    serializeSafetensors([
      ['x', { dtype: 'F32', shape: [n, width], data: bytes(x) }],
      ...(labels ? [['y', { dtype: 'I32', shape: [n], data: bytes(y) }] as const] : []),
    ]),
  );
  return `safetensors:${file}`;
}

/** An untrained model for rows of `width` numbers. */
function fresh(K: number, width: number): Model {
  const architecture = {
    name: 'mlp' as const,
    input: [width] as [number],
    classes: K,
    bottleneck: 8,
    hidden: [8],
  };
  const columns = Array.from({ length: width }, (_, i) => `#${i}`);
  const fill = (v: number) => columns.map(() => v);
  return {
    config: {
      format: 'fedshot-model/1',
      architecture,
      classes: Array.from({ length: K }, (_, k) => `c${k}`),
      input: {
        kind: 'table',
        shape: [width],
        columns,
        impute: fill(0),
        mean: fill(0),
        std: fill(1),
      },
    },
    state: initialState(paramSpecs(architecture), random('fresh', K)),
  };
}

/** A run that is stopped during its second epoch or later. */
async function interrupted(more: Partial<AdaptOptions>): Promise<void> {
  const stop = new AbortController();
  let steps = 0;
  const advance = (): void => {
    if (++steps > 8) stop.abort(new FedshotError('interrupted', 'stop'));
  };
  const reporter = { ...silent, task: () => ({ advance, done: () => undefined }) };
  await expect(run({ ...more, reporter, signal: stop.signal })).rejects.toMatchObject({
    code: 'interrupted',
  });
}

const isFinite = (state: Model['state']): boolean =>
  [...state.values()].every(({ data }) => [...data].every((v) => Number.isFinite(Number(v))));

beforeAll(async () => {
  await train({
    data: 'digits:plain?n=400',
    test: 'digits:plain?n=250&seed=1',
    arch: 'mlp',
    hidden: [32],
    bottleneck: 16,
    holdOut: 0.1,
    out: dir,
    epochs: 4,
    batch: 32,
    lr: 0.01,
    smoothing: 0.1,
    augment: 'none',
    seed: 1,
    resume: false,
  });
  model = readModel(dir);
}, 60_000);

describe('adaptModel', () => {
  it.each(METHOD_NAMES)('adapts by %s: C as released, all weights finite', async (method) => {
    const { result, state } = await run({ method });
    expect(result).toMatchObject({ method, classifierUnchanged: true, n: 90 });
    // how much each of them wins where it should: method-gains.test.ts
    const gain = result.adaptedAccuracy! - result.sourceOnlyAccuracy!;
    if (method === 'source') expect(gain).toBe(0);
    else expect(gain).toBeGreaterThan(0.02);
    expect(isFinite(state)).toBe(true);
    const trains = !['source', 'bn', 't3a'].includes(method);
    expect(result.epochs).toHaveLength(trains ? 2 : 0);
    const moved = !['source', 't3a'].includes(method);
    expect(Buffer.compare(encodeState(state), encodeState(model.state)) !== 0).toBe(moved);
  });

  it.each(['shot', 'shot++', 'nrc', 'aad'] as const)(
    'resumes %s after an interruption to the very same weights',
    async (method) => {
      const whole = await run({ method, epochs: 3 });
      await interrupted({ method, epochs: 3 });
      const resumed = await run({ method, epochs: 3, resume: true });
      expect(encodeState(resumed.state)).toEqual(encodeState(whole.state));
      expect(resumed.result.epochs).toEqual(whole.result.epochs);
    },
  );

  it('trains on moved images where it is told to, resumes so, and says so', async () => {
    const plain = await run({ epochs: 3 });
    const whole = await run({ epochs: 3, augment: 'affine' });
    expect(encodeState(whole.state)).not.toEqual(encodeState(plain.state));
    expect([plain.result.augment, whole.result.augment]).toEqual([undefined, 'affine']);
    await interrupted({ epochs: 3, augment: 'affine' });
    await expect(run({ epochs: 3, resume: true })).rejects.toThrow('augment');
    const resumed = await run({ epochs: 3, augment: 'affine', resume: true });
    expect(encodeState(resumed.state)).toEqual(encodeState(whole.state));
  });

  it('refuses to resume with another method, by name', async () => {
    await interrupted({ epochs: 3 });
    await expect(run({ method: 'nrc', epochs: 3, resume: true })).rejects.toThrow(
      'method "shot", not "nrc"',
    );
  });

  it('reads a prior from a file and refuses one that leaves a class out', async () => {
    const file = join(dir, 'prior.json');
    const shares = Object.fromEntries(model.config.classes.map((name, k) => [name, k + 1]));
    writeFileSync(file, JSON.stringify(shares));
    const given = await run({ prior: file });
    const uniform = await run();
    expect(encodeState(given.state)).not.toEqual(encodeState(uniform.state));
    writeFileSync(file, JSON.stringify({ ...shares, 3: undefined }));
    await expect(run({ prior: file })).rejects.toThrow('no share for class "3"');
    writeFileSync(file, JSON.stringify({ ...shares, eleven: 1 }));
    await expect(run({ prior: file })).rejects.toThrow('"eleven" is not one of the classes');
  });

  it('adapts to several targets at once, and to images read otherwise', async () => {
    const { result } = await run({ data: ['digits:thick?n=40', 'digits:thin?n=30'] });
    expect(result.n).toBe(70);
    const inverted = await run({ data: 'digits:inverted?n=60', invert: true });
    expect(inverted.use.reading).toEqual({ invert: true });
    expect(inverted.result.sourceOnlyAccuracy).toBeGreaterThan(0.5);
    const { use } = await run({ rescale: true });
    expect(use.reading.scale?.factor).toBeGreaterThan(0);
  });
});

describe('adaptModel on the edge', () => {
  const edge = { beta: 0.1, epochs: 2, batch: 2 };

  it.each(['shot', 'shot++', 'nrc', 'aad', 'bn', 't3a'] as const)(
    '%s: an absent class, an odd number of samples, batches of two',
    async (method) => {
      const { state, result } = await run(
        { ...edge, method, data: table('odd', 7, 5) },
        fresh(3, 5),
      );
      expect(isFinite(state)).toBe(true);
      expect(result.epochs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    },
  );

  it('takes fewer samples than classes, a thousand classes, and says that it is little', async () => {
    const data = table('few', 20, 5);
    const { state, result } = await run({ ...edge, batch: 64, data }, fresh(1000, 5));
    expect(isFinite(state)).toBe(true);
    const sizes = result.battery.findings.find(({ check }) => check === 'sample size');
    expect(sizes).toMatchObject({ outcome: 'undecided' });
  });

  it('refuses one sample, with a hint', async () => {
    await expect(run({ data: table('one', 1, 5) }, fresh(3, 5))).rejects.toMatchObject({
      code: 'data',
      hint: expect.stringContaining('--source-model') as string,
    });
  });

  it.each(['source', 't3a'] as const)(
    '%s, which learns nothing, takes one sample',
    async (method) => {
      const { result } = await run({ data: table('one', 1, 5), method }, fresh(3, 5));
      expect(result).toMatchObject({ n: 1, method });
      const sizes = result.battery.findings.find(({ check }) => check === 'sample size');
      expect(sizes).toMatchObject({ outcome: 'undecided' });
      expect(Object.values(result.battery.signals)).not.toContain(NaN);
    },
  );
});

describe('combined', () => {
  it('sums the probabilities of several sources and scores the sum', async () => {
    const [a, b] = [await run(), await run({ seed: 8, method: 'bn' })];
    const { result } = combined([a, b]);
    const K = 10;
    const right = a.labels!.filter((label, i) => {
      const sum = Array.from(
        { length: K },
        (_, k) => a.answers[i * K + k]! + b.answers[i * K + k]!,
      );
      return sum.indexOf(Math.max(...sum)) === label;
    });
    expect(result.adaptedAccuracy).toBeCloseTo(right.length / a.labels!.length, 10);
    expect(result.sources).toHaveLength(2);
  });
});
