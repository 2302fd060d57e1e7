import { FedshotError } from '../errors.js';
import type { Architecture } from './architecture.js';
import {
  batchNorm,
  conv2d,
  dropout,
  dropout2d,
  flatten,
  linear,
  maxPool2d,
  named,
  relu,
  sequential,
  weightNormLinear,
  type Layer,
} from './layers.js';

/** The three parts of a hypothesis (Liang et al. 2020, fig. 2): logits = C(B(F(x))). */
export interface Networks {
  F: Layer;
  B: Layer;
  C: Layer;
}

/** `lenet` of the original: 1×28×28 → 800 (any C×H×W whose sides survive two 5×5 convolutions). */
function lenet([c, h, w]: [number, number, number]): [Layer, number] {
  const side = (s: number) => Math.max(0, Math.floor((Math.floor((s - 4) / 2) - 4) / 2));
  const layers = [
    conv2d(c, 20, 5),
    maxPool2d(2),
    relu,
    conv2d(20, 50, 5),
    dropout2d(50, 0.5),
    maxPool2d(2),
    relu,
  ];
  return [named({ conv_params: sequential(...layers), flatten }), 50 * side(h) * side(w)];
}

/** `dtn` of the original: 3×32×32 → 4096; three 5×5 convolutions of stride 2. */
function dtn([c, h, w]: [number, number, number]): [Layer, number] {
  const half = (s: number) => Math.floor((s - 1) / 2) + 1;
  const side = (s: number) => half(half(half(s)));
  const block = (i: number, o: number, rate: number) => [
    conv2d(i, o, 5, 2, 2),
    batchNorm(o),
    dropout2d(o, rate),
    relu,
  ];
  const layers = [...block(c, 64, 0.1), ...block(64, 128, 0.3), ...block(128, 256, 0.5)];
  return [named({ conv_params: sequential(...layers), flatten }), 256 * side(h) * side(w)];
}

/** Linear → BatchNorm1d → ReLU for each hidden width, on flattened samples. */
function mlp(input: readonly number[], hidden: number[]): [Layer, number] {
  const widths = [input.reduce((a, b) => a * b, 1), ...hidden];
  const layers = hidden.flatMap((width, k) => [linear(widths[k]!, width), batchNorm(width), relu]);
  return [named({ flatten, layers: sequential(...layers) }), widths.at(-1)!];
}

/**
 * The networks of an architecture.
 * @throws FedshotError `model` if the sample shape does not suit it
 */
export function networks(architecture: Architecture): Networks {
  const { name, input, classes, bottleneck, hidden } = architecture;
  const image = () => {
    if (input.length !== 3)
      throw new FedshotError(
        'model',
        `${name} takes images [C, H, W], not samples [${input.join()}]`,
      );
    return input;
  };
  const [F, width] =
    name === 'lenet' ? lenet(image()) : name === 'dtn' ? dtn(image()) : mlp(input, hidden);
  if (!(width > 0))
    throw new FedshotError('model', `samples [${input.join()}] are too small for ${name}`);
  return {
    F,
    B: named({
      bottleneck: linear(width, bottleneck, 'xavier_normal'),
      bn: batchNorm(bottleneck),
      dropout: dropout(0.5),
    }),
    C: named({ fc: weightNormLinear(bottleneck, classes) }),
  };
}
