import { mul, type Tensor, type Tensor2D, type Variable } from '@tensorflow/tfjs-core';
import type { Activation, Ops } from '../engine/ops.js';
import { FedshotError } from '../errors.js';

/** How a parameter is filled before training; names of PyTorch's initialisers where they exist. */
export type Init = 'kaiming_uniform' | 'xavier_normal' | 'row_norm' | 'zeros' | 'ones' | 'counter';

export interface ParamSpec {
  /** State-dict name, e.g. `F.conv_params.0.weight`. */
  name: string;
  shape: number[];
  init: Init;
  /** Inputs per output unit; the bound of `kaiming_uniform` with a = √5 is 1/√fanIn. */
  fanIn: number;
  /** False for running statistics, which training moves but the optimiser does not. */
  trainable: boolean;
}

/** What a layer sees while it computes. */
export interface Context {
  ops: Ops;
  train: boolean;
  /** A parameter by its state-dict name. */
  param: (name: string) => Variable;
  /** Counts a batch: `num_batches_tracked` of PyTorch's state dicts. */
  count: (name: string) => void;
  /** Dropout mask `[n, c]`: 0 with probability `rate`, else 1/(1−rate). Undefined: no dropout. */
  mask: (layer: string, n: number, c: number, rate: number) => Tensor2D | undefined;
}

/** A layer with its name in the state dict; layers without parameters ignore it. */
export interface Layer {
  params(name: string): ParamSpec[];
  forward(x: Tensor, name: string, context: Context): Tensor;
}

const none = (): ParamSpec[] => [];

/** Weights as PyTorch initialises `nn.Conv2d` and `nn.Linear`: U(−1/√fanIn, 1/√fanIn), bias too. */
function affine(name: string, shape: number[], init: Init = 'kaiming_uniform'): ParamSpec[] {
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  const bias = init === 'kaiming_uniform' ? init : 'zeros';
  return [
    { name: `${name}.weight`, shape, init, fanIn, trainable: true },
    { name: `${name}.bias`, shape: [shape[0]!], init: bias, fanIn, trainable: true },
  ];
}

export function conv2d(i: number, o: number, kernel: number, stride = 1, padding = 0): Layer {
  return {
    params: (name) => affine(name, [o, i, kernel, kernel]),
    forward: (x, name, { ops, param }) =>
      ops.conv2d(
        x as Activation,
        param(`${name}.weight`) as never,
        param(`${name}.bias`) as never,
        stride,
        padding,
      ),
  };
}

export function linear(i: number, o: number, init?: Init): Layer {
  return {
    params: (name) => affine(name, [o, i], init),
    forward: (x, name, { ops, param }) =>
      ops.linear(x as Tensor2D, param(`${name}.weight`) as never, param(`${name}.bias`) as never),
  };
}

/** BatchNorm1d or 2d, whichever the rank of its input says. */
export function batchNorm(width: number): Layer {
  const spec = (name: string, init: Init, trainable: boolean): ParamSpec => ({
    name,
    shape: [width],
    init,
    fanIn: width,
    trainable,
  });
  return {
    params: (name) => [
      spec(`${name}.weight`, 'ones', true),
      spec(`${name}.bias`, 'zeros', true),
      spec(`${name}.running_mean`, 'zeros', false),
      spec(`${name}.running_var`, 'ones', false),
      { ...spec(`${name}.num_batches_tracked`, 'counter', false), shape: [] },
    ],
    forward: (x, name, { ops, param, train, count }) => {
      if (train) count(`${name}.num_batches_tracked`);
      const of = (key: string) => param(`${name}.${key}`);
      const [weight, bias] = [of('weight') as never, of('bias') as never];
      const [mean, variance] = [of('running_mean'), of('running_var')];
      return train
        ? ops.batchNormTrain(x, weight, bias, mean, variance)
        : ops.batchNormEval(x, weight, bias, mean as never, variance as never);
    },
  };
}

export const relu: Layer = { params: none, forward: (x, _, { ops }) => ops.relu(x) };

export const flatten: Layer = {
  params: none,
  forward: (x, _, { ops }) => (x.rank === 4 ? ops.flatten(x as Activation) : x),
};

export function maxPool2d(size: number): Layer {
  return { params: none, forward: (x, _, { ops }) => ops.maxPool2d(x as Activation, size) };
}

/** Drops whole channels (`[N, C, H, W]` logically); its mask needs the channel count. */
export function dropout2d(channels: number, rate: number): Layer {
  return {
    params: none,
    forward: (x, name, { ops, mask, train }) => {
      const m = train ? mask(name, x.shape[0], channels, rate) : undefined;
      return m ? ops.scaleChannels(x as Activation, m) : x;
    },
  };
}

export function dropout(rate: number): Layer {
  return {
    params: none,
    forward: (x, name, { mask, train }) => {
      const m = train ? mask(name, x.shape[0], x.shape[1]!, rate) : undefined;
      return m ? mul(x, m) : x;
    },
  };
}

/**
 * Weight-normalised linear layer. `weight_v` starts as `nn.Linear` does and `weight_g` as its row
 * norms; the bias starts at zero, as in the original (whose Xavier call has no effect on `weight`,
 * which weight normalisation recomputes).
 */
export function weightNormLinear(i: number, o: number): Layer {
  const spec = (name: string, shape: number[], init: Init): ParamSpec => ({
    name,
    shape,
    init,
    fanIn: i,
    trainable: true,
  });
  return {
    params: (name) => [
      spec(`${name}.bias`, [o], 'zeros'),
      spec(`${name}.weight_v`, [o, i], 'kaiming_uniform'),
      spec(`${name}.weight_g`, [o, 1], 'row_norm'),
    ],
    forward: (x, name, { ops, param }) => {
      const [v, g] = [param(`${name}.weight_v`), param(`${name}.weight_g`)];
      const weight = ops.weightNorm(v as never, g as never);
      return ops.linear(x as Tensor2D, weight, param(`${name}.bias`) as never);
    },
  };
}

/** `nn.Sequential`: layer k is named `prefix.k`, as in PyTorch's state dicts. */
export function sequential(...layers: Layer[]): Layer {
  return {
    params: (prefix) => layers.flatMap((layer, k) => layer.params(`${prefix}.${k}`)),
    forward: (x, prefix, context) =>
      layers.reduce((h, layer, k) => layer.forward(h, `${prefix}.${k}`, context), x),
  };
}

/** A module whose layers have names of their own, applied in order. */
export function named(layers: Record<string, Layer>): Layer {
  const entries = Object.entries(layers);
  if (entries.length === 0) throw new FedshotError('internal', 'a module without layers');
  return {
    params: (prefix) => entries.flatMap(([key, layer]) => layer.params(`${prefix}.${key}`)),
    forward: (x, prefix, context) =>
      entries.reduce((h, [key, layer]) => layer.forward(h, `${prefix}.${key}`, context), x),
  };
}
