import {
  grads,
  sum,
  tensor,
  tensor2d,
  tidy,
  variable,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine, type Ops } from '../../../../src/shared/engine/index.js';
import {
  batchNorm,
  chain,
  conv2d,
  linear,
  named,
  relu,
  residual,
  sequential,
  type Context,
  type Layer,
} from '../../../../src/shared/model/layers/index.js';

let ops: Ops;
beforeAll(async () => {
  ({ ops } = await startEngine({ engine: 'wasm' }));
});

const names = (layer: Layer): string[] => layer.params('F').map(({ name }) => name);

/** A context with these parameters, in which nothing else may be asked for. */
function context(values: Record<string, Tensor>): Context {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as a context has it
  const get = <T extends Variable>(name: string): T => variable(values[name]!) as T;
  return {
    ops,
    train: false,
    scope: tidy,
    param: get,
    vector: get,
    matrix: get,
    tokens: get,
    filter: get,
    count: () => expect.fail('counted'),
    mask: () => expect.fail('dropped'),
  };
}

/** Multiplies by a number: a layer without a bias to think of. */
const times = (factor: number): Layer => ({
  params: () => [],
  forward: (x) => ops.mul(x, tensor2d([[factor, factor]])),
});

describe('names of parameters', () => {
  it('are those of nn.Sequential, of a module, and of one in the other', () => {
    expect(names(sequential(relu, linear(2, 3)))).toEqual(['F.1.weight', 'F.1.bias']);
    expect(names(named({ head: linear(2, 3) }))).toEqual(['F.head.weight', 'F.head.bias']);
    expect(names(named({ layer1: sequential(sequential(linear(2, 3))) }))[0]).toBe(
      'F.layer1.0.0.weight',
    );
  });

  it("are torchvision's in a residual block", () => {
    const main = named({ conv1: conv2d(2, 2, 3, 1, 1), bn1: batchNorm(2) });
    const shortcut = named({ downsample: sequential(conv2d(2, 2, 1)) });
    const block = chain(residual(main, shortcut), relu);
    expect(
      names(named({ layer1: sequential(block) })).filter((name) => /weight/.test(name)),
    ).toEqual([
      'F.layer1.0.conv1.weight',
      'F.layer1.0.bn1.weight',
      'F.layer1.0.downsample.0.weight',
    ]);
  });
});

describe('residual', () => {
  const x = (): Tensor => tensor([1, -2], [1, 2]);
  const forward = (layer: Layer): number[] => [
    ...layer.forward(x(), 'F', context({})).dataSync<'float32'>(),
  ];

  it('adds its input to what the layers make of it, or what the shortcut does', () => {
    expect(forward(residual(times(3)))).toEqual([4, -8]);
    expect(forward(residual(times(3), times(10)))).toEqual([13, -26]);
    expect(forward(chain(residual(times(3)), relu))).toEqual([4, 0]);
  });

  it('leads the gradient through both', () => {
    const block = residual(times(3), times(10));
    const [gradient] = grads((t: Tensor) => sum(block.forward(t, 'F', context({}))))([x()]);
    expect([...gradient!.dataSync()]).toEqual([13, 13]);
  });

  it('adds activations of images, whatever their layout in memory', () => {
    const kernel = context({
      'F.conv.weight': tensor([0, 1, 1, 0], [2, 2, 1, 1]), // exchanges the two channels
      'F.conv.bias': tensor([0, 0]),
    });
    const input = ops.images(tensor([1, 2, 3, 40, 50, 60], [1, 2, 1, 3]));
    const y = residual(named({ conv: conv2d(2, 2, 1) })).forward(input, 'F', kernel);
    expect([...ops.flatten(y as typeof input).dataSync()]).toEqual([41, 52, 63, 41, 52, 63]);
  });

  it('refuses to add what is not of one shape, though tensors would be repeated', () => {
    const wide = context({ 'F.weight': tensor([1, 1], [1, 2]), 'F.bias': tensor([0]) });
    expect(() => residual(linear(2, 1)).forward(x(), 'F', wide)).toThrow(
      'block F adds [1,1] to [1,2]',
    );
  });
});
