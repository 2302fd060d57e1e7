import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/shared/engine/index.js';
import { Hypothesis } from '../../../src/shared/model/hypothesis.js';
import {
  bottleneck,
  classifier,
  conv2d,
  defineNetwork,
  flatten,
  linear,
  named,
  networks,
  sequential,
  z,
  type Layer,
  type Network,
  type Parts,
} from '../../../src/shared/model/index.js';
import { random } from '../../../src/shared/random.js';

const TASK = { input: [3] as const, classes: 2, bottleneck: 4 };
const sound: Parts = {
  F: named({ fc: linear(3, 5) }),
  B: bottleneck(5, 4),
  C: classifier(4, 2),
};
const define = (name: string, parts: Partial<Parts>): Network =>
  defineNetwork({
    name,
    input: 'any',
    parameters: z.object({}),
    layers: () => ({ ...sound, ...parts }),
  });
const twice: Layer = {
  params: (name) => [...linear(3, 5).params(name), ...linear(3, 5).params(name)],
  forward: (x) => x,
};

describe('defineNetwork', () => {
  it('takes every name, but those that model.json uses itself for a parameter', () => {
    for (const taken of ['name', 'input', 'classes', 'bottleneck'])
      expect(() =>
        defineNetwork({
          name: 'mine',
          input: 'any',
          parameters: z.object({ [taken]: z.number().default(1) }),
          layers: () => sound,
        }),
      ).toThrow(`network mine: "${taken}" cannot be a parameter`);
  });

  it('refuses a parameter without a default', () => {
    const parameters = z.object({ deep: z.boolean().default(true), width: z.number() });
    expect(() =>
      defineNetwork({ name: 'mine', input: 'any', parameters, layers: () => sound }),
    ).toThrow('network mine: the parameter "width" has no default');
  });

  it('refuses unknown parameters even where the schema would drop them', () => {
    expect(define('loose', {}).parameters.safeParse({ more: 1 }).success).toBe(false);
  });

  it('gives the layers parameters with their defaults', () => {
    const given: unknown[] = [];
    const network = defineNetwork({
      name: 'asks',
      input: 'any',
      parameters: z.object({ width: z.int().default(7) }),
      layers: (parameters, task) => {
        given.push(parameters, task);
        return sound;
      },
    });
    network.build({}, TASK);
    expect(given).toEqual([{ width: 7 }, TASK]);
  });

  it.each([
    ['a parameter named twice', { F: sequential(twice) }, /has two parameters F\.0\.weight/],
    ['a layer of no width', { B: bottleneck(0, 4) }, /B\.bottleneck\.weight would be \[4,0\]/],
    ['a layer of half a width', { B: bottleneck(2.5, 4) }, /would be \[4,2\.5\]/],
  ])('refuses to build %s', (_, parts, message) => {
    expect(() => define('unsound', parts).build({}, TASK)).toThrow(message);
  });

  it('refuses tables for a network of images', () => {
    const images = defineNetwork({
      name: 'images',
      input: 'image',
      parameters: z.object({}),
      layers: () => sound,
    });
    expect(() => images.build({}, TASK)).toThrow('images takes images [C, H, W], not samples [3]');
  });
});

describe('a hypothesis of a network whose parts do not fit together', () => {
  it.each([
    [
      'narrow-b',
      { B: linear(5, 3), C: classifier(3, 2) },
      /narrow-b: B gives \[2,3\], not rows of 4/,
    ],
    ['many-classes', { C: classifier(4, 6) }, /many-classes: C gives \[2,6\], not rows of 2/],
    ['images-of-rows', { F: conv2d(1, 5, 1) }, /layer F was given \[2,3\] and takes images/],
  ])('is refused by name: %s', async (name, parts, message) => {
    networks.add(define(name, parts));
    const { ops } = await startEngine({ engine: 'wasm' });
    const architecture = { name, input: [3] as [number], classes: 2, bottleneck: 4 };
    const hypothesis = Hypothesis.fresh(architecture, ops, random(1));
    expect(() => hypothesis.eval(tensor([1, 2, 3, 4, 5, 6], [2, 3]))).toThrow(message);
    hypothesis.dispose();
  });

  it('names the layer that images reach unflattened', async () => {
    const open = { F: named({ conv: conv2d(1, 5, 2) }), B: named({ fc: linear(5, 4) }) };
    networks.add(define('open', open));
    networks.add(define('closed', { ...open, F: named({ conv: conv2d(1, 5, 2), flatten }) }));
    const { ops } = await startEngine({ engine: 'wasm' });
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 2]);
    const [unflattened, flattened] = ['open', 'closed'].map((name) => {
      const input: [number, number, number] = [1, 2, 2];
      return Hypothesis.fresh({ name, input, classes: 2, bottleneck: 4 }, ops, random(1));
    });
    expect(() => unflattened!.eval(x)).toThrow(/layer B\.fc was given .* takes rows/);
    expect(flattened!.eval(x).logits.shape).toEqual([2, 2]);
  });
});
