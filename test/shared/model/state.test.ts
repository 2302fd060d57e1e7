import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureSchema } from '../../../src/shared/model/architecture.js';
import { CheckpointFile } from '../../../src/shared/model/checkpoint.js';
import { parseModelConfig } from '../../../src/shared/model/config.js';
import { readModel, weightDigests, writeModel } from '../../../src/shared/model/folder.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { initialState } from '../../../src/shared/model/init.js';
import {
  assertFits,
  decodeState,
  encodeState,
  part,
  sameBits,
} from '../../../src/shared/model/state.js';
import { random } from '../../../src/shared/random.js';

const architecture = architectureSchema.parse({
  name: 'mlp',
  input: [3],
  classes: 2,
  bottleneck: 4,
  hidden: [5],
});
const specs = paramSpecs(architecture);
const state = () => initialState(specs, random(1));
const folder = () => mkdtempSync(join(tmpdir(), 'fedshot-'));
const config = {
  format: 'fedshot-model/1' as const,
  architecture,
  input: {
    kind: 'table' as const,
    shape: [3] as [number],
    columns: ['a', 'b', 'c'],
    impute: [0, 0, 0],
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  classes: ['no', 'yes'],
};

describe('paramSpecs', () => {
  it("names and shapes lenet's tensors as PyTorch does", () => {
    const lenet = architectureSchema.parse({ name: 'lenet', input: [1, 28, 28], classes: 10 });
    const shapes = Object.fromEntries(paramSpecs(lenet).map(({ name, shape }) => [name, shape]));
    expect(shapes).toEqual({
      'F.conv_params.0.weight': [20, 1, 5, 5],
      'F.conv_params.0.bias': [20],
      'F.conv_params.3.weight': [50, 20, 5, 5],
      'F.conv_params.3.bias': [50],
      'B.bottleneck.weight': [256, 800],
      'B.bottleneck.bias': [256],
      'B.bn.weight': [256],
      'B.bn.bias': [256],
      'B.bn.running_mean': [256],
      'B.bn.running_var': [256],
      'B.bn.num_batches_tracked': [],
      'C.fc.bias': [10],
      'C.fc.weight_v': [10, 256],
      'C.fc.weight_g': [10, 1],
    });
  });
  it('refuses samples that the network cannot take', () => {
    const tiny = architectureSchema.parse({ name: 'lenet', input: [1, 8, 8], classes: 10 });
    expect(() => paramSpecs(tiny)).toThrow(/\[1,8,8\] are too small for lenet/);
    const table = architectureSchema.parse({ name: 'dtn', input: [8], classes: 10 });
    expect(() => paramSpecs(table)).toThrow(/dtn takes images \[C, H, W\], not samples \[8\]/);
  });
});

describe('initialState', () => {
  it('draws each tensor from its own stream and sets g to the norms of v', () => {
    const [a, b] = [state(), state()];
    expect(sameBits(a, b)).toBe(true);
    expect(sameBits(a, initialState(specs, random(2)))).toBe(false);
    const v = a.get('C.fc.weight_v')!.data as Float32Array;
    const g = a.get('C.fc.weight_g')!.data as Float32Array;
    expect(g[1]).toBeCloseTo(Math.hypot(...v.subarray(4, 8)), 6);
  });
  it('keeps to the bound 1/√fanIn of nn.Linear', () => {
    const values = [...(state().get('F.layers.0.weight')!.data as Float32Array)];
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(3));
    expect(new Set(values).size).toBe(values.length);
  });
});

describe('encodeState', () => {
  it('gives the weights back bit for bit, counters too', () => {
    const before = state();
    before.set('B.bn.num_batches_tracked', { shape: [], data: BigInt64Array.of(2n ** 40n) });
    const after = decodeState(encodeState(before));
    expect(sameBits(before, after)).toBe(true);
    expect(after.get('B.bn.num_batches_tracked')!.data[0]).toBe(2n ** 40n);
  });
});

describe('assertFits', () => {
  it('takes what the architecture declares, batch counters or not', () => {
    const s = state();
    expect(() => assertFits(s, specs)).not.toThrow();
    s.delete('B.bn.num_batches_tracked');
    expect(() => assertFits(s, specs)).not.toThrow();
  });
  it('refuses a missing, an unknown and a misshapen tensor by name', () => {
    const missing = state();
    missing.delete('B.bn.weight');
    expect(() => assertFits(missing, specs)).toThrow('tensor B.bn.weight is missing');
    const more = state().set('F.secret', { shape: [1], data: new Float32Array(1) });
    expect(() => assertFits(more, specs)).toThrow('unknown tensor F.secret');
    const wide = state().set('C.fc.bias', { shape: [3], data: new Float32Array(3) });
    expect(() => assertFits(wide, specs)).toThrow(/C.fc.bias has shape \[3\].*\[2\]/);
  });
});

describe('readModel', () => {
  it('reads what writeModel wrote', () => {
    const dir = folder();
    writeModel(dir, { config, state: state() });
    const model = readModel(dir);
    expect(model.config).toEqual({ ...config, weights: weightDigests(state()) });
    expect(sameBits(model.state, state())).toBe(true);
    expect([...part(model.state, 'C.').keys()].sort()).toEqual([
      'C.fc.bias',
      'C.fc.weight_g',
      'C.fc.weight_v',
    ]);
  });
  it('refuses a tensor in the wrong file, and a truncated file', () => {
    const dir = folder();
    writeModel(dir, { config, state: state() });
    const f = readFileSync(join(dir, 'F.safetensors'));
    const c = readFileSync(join(dir, 'C.safetensors'));
    writeFileSync(join(dir, 'F.safetensors'), c);
    expect(() => readModel(dir)).toThrow(/F\.safetensors: unknown tensor C\.fc/);
    writeFileSync(join(dir, 'F.safetensors'), f.subarray(0, -1));
    expect(() => readModel(dir)).toThrow(/F\.safetensors/);
  });
});

describe('parseModelConfig', () => {
  const parse = (value: unknown) => parseModelConfig(Buffer.from(JSON.stringify(value)));
  it.each([
    ['an unknown key', { ...config, extra: 1 }, /Unrecognized key: "extra"/],
    ['an empty class list', { ...config, classes: [] }, /classes/],
    ['fewer names than classes', { ...config, classes: ['a', 'b', 'c'] }, /3 class names for 2/],
    [
      'another sample shape',
      { ...config, architecture: { ...architecture, input: [4] } },
      /disagree on the sample shape/,
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => parse(value)).toThrow(message);
  });
  it('refuses what is not JSON', () => {
    expect(() => parseModelConfig(Buffer.from('{'), 'x.json')).toThrow('x.json is not JSON');
  });
});

describe('CheckpointFile', () => {
  const settings = { seed: 1, data: 'digits:thin' };
  it('gives back what it saved', () => {
    const file = new CheckpointFile<{ n: number }>(join(folder(), 'c'), settings);
    expect(file.exists()).toBe(false);
    const weights = state();
    const velocity = [{ shape: [2], data: Float32Array.of(1, 2) }];
    file.save({ epochs: 3, weights, velocity, best: weights, progress: { n: 5 } });
    const loaded = file.load();
    expect(loaded.epochs).toBe(3);
    expect(loaded.progress).toEqual({ n: 5 });
    expect(loaded.velocity).toEqual(velocity);
    expect(sameBits(loaded.weights, weights) && sameBits(loaded.best!, weights)).toBe(true);
  });
  it('refuses other settings by the name of the first that differs', () => {
    const path = join(folder(), 'c');
    const save = { epochs: 1, weights: state(), velocity: [], progress: 0 };
    new CheckpointFile(path, settings).save(save);
    const other = new CheckpointFile(path, { ...settings, seed: 2 });
    expect(() => other.load()).toThrow(/was made with seed 1, not 2/);
  });
  it('refuses a truncated file', () => {
    const path = join(folder(), 'c');
    const file = new CheckpointFile(path, settings);
    file.save({ epochs: 1, weights: state(), velocity: [], progress: 0 });
    writeFileSync(path, readFileSync(path).subarray(0, -3));
    expect(() => file.load()).toThrow(/bytes of tensors/);
  });
});
