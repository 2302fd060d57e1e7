import type { Padding } from '../../engine/ops.js';
import { images, rows, tokens, type Init, type Layer, type ParamSpec } from './layer.js';

/** Weights as PyTorch initialises `nn.Conv2d` and `nn.Linear`: U(−1/√fanIn, 1/√fanIn), bias too. */
function affine(name: string, shape: [number, ...number[]], init: Init): ParamSpec[] {
  const [outputs, ...perOutput] = shape;
  const fanIn = perOutput.reduce((a, b) => a * b, 1);
  const bias = init === 'kaiming_uniform' ? init : 'zeros';
  return [
    { name: `${name}.weight`, shape, init, fanIn, trainable: true },
    { name: `${name}.bias`, shape: [outputs], init: bias, fanIn, trainable: true },
  ];
}

/** What is said of a convolution beside its size. */
export interface ConvolutionOptions {
  /** Without, as before a batch normalisation, which has one. */
  bias?: boolean;
}

/** A filter as PyTorch's ResNets draw it: N(0, 2/fan), fan the outputs that a value takes part in. */
const filterOf = (
  name: string,
  shape: [o: number, i: number, height: number, width: number],
  fan: number,
): ParamSpec => ({
  name: `${name}.weight`,
  shape,
  init: 'kaiming_normal',
  fanIn: fan,
  trainable: true,
});

/**
 * `nn.Conv2d` from `i` to `o` channels with a square kernel and zero padding: on every side as said, or
 * TensorFlow's "same".
 */
export function conv2d(
  i: number,
  o: number,
  kernel: number,
  stride = 1,
  padding: Padding = 0,
  { bias = true }: ConvolutionOptions = {},
): Layer {
  return {
    params: (name) =>
      bias
        ? affine(name, [o, i, kernel, kernel], 'kaiming_uniform')
        : [filterOf(name, [o, i, kernel, kernel], o * kernel ** 2)],
    forward: (x, name, { ops, filter, vector }) =>
      ops.conv2d(
        images(x, name),
        filter(`${name}.weight`),
        bias ? vector(`${name}.bias`) : undefined,
        stride,
        padding,
      ),
  };
}

/** `nn.Conv2d` with as many groups as channels and no bias: a filter of its own for each channel. */
export function depthwiseConv2d(
  channels: number,
  kernel: number,
  stride = 1,
  padding: Padding = 0,
): Layer {
  return {
    params: (name) => [filterOf(name, [channels, 1, kernel, kernel], kernel ** 2)],
    forward: (x, name, { ops, filter }) =>
      ops.depthwiseConv2d(images(x, name), filter(`${name}.weight`), stride, padding),
  };
}

/** `nn.Linear` from `i` to `o` features, of rows `[N, i]` or tokens `[N, T, i]`. */
export function linear(i: number, o: number, init: Init = 'kaiming_uniform'): Layer {
  return {
    params: (name) => affine(name, [o, i], init),
    forward: (x, name, { ops, matrix, vector }) =>
      ops.linear(
        x.rank === 3 ? tokens(x, name) : rows(x, name),
        matrix(`${name}.weight`),
        vector(`${name}.bias`),
      ),
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
    forward: (x, name, { ops, matrix, vector }) => {
      const weight = ops.weightNorm(matrix(`${name}.weight_v`), matrix(`${name}.weight_g`));
      return ops.linear(rows(x, name), weight, vector(`${name}.bias`));
    },
  };
}
