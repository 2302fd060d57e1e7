import { images, rows, type Init, type Layer, type ParamSpec } from './layer.js';

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

/** `nn.Conv2d` from `i` to `o` channels with a square kernel and zero padding on every side. */
export function conv2d(i: number, o: number, kernel: number, stride = 1, padding = 0): Layer {
  return {
    params: (name) => affine(name, [o, i, kernel, kernel], 'kaiming_uniform'),
    forward: (x, name, { ops, filter, vector }) =>
      ops.conv2d(
        images(x, name),
        filter(`${name}.weight`),
        vector(`${name}.bias`),
        stride,
        padding,
      ),
  };
}

/** `nn.Linear` from `i` to `o` features. */
export function linear(i: number, o: number, init: Init = 'kaiming_uniform'): Layer {
  return {
    params: (name) => affine(name, [o, i], init),
    forward: (x, name, { ops, matrix, vector }) =>
      ops.linear(rows(x, name), matrix(`${name}.weight`), vector(`${name}.bias`)),
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
