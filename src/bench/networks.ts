import {
  tidy,
  variable,
  tensor,
  type Tensor,
  type Rank,
  type ShapeMap,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { Activation, Ops } from '../shared/engine/index.js';
import { readParameters, type Architecture } from '../shared/model/architecture.js';
import { Hypothesis } from '../shared/model/hypothesis.js';
import { networks } from '../shared/model/networks/index.js';
import { random } from '../shared/random.js';
import type { Streams } from '../shared/random.js';

/** A network of this file, beside those of the registry. */
const STACK_NAME = 'stack';

/** What can be timed: every network that is known, and {@link stack}. */
export const benchNames = (): string[] => [...networks.names(), STACK_NAME];

/** What is timed: a network with its trainable parameters. */
export interface BenchNetwork {
  input: readonly [number, number, number];
  trainable: Variable[];
  /** All that a pass uses beside its input. */
  tensors(): Variable[];
  train(x: Tensor, random: Streams): Tensor2D;
  eval(x: Tensor): Tensor2D;
}

const CLASSES = 10;

/** What a network is fed that says of no size that it is made for it. */
const ANY_INPUT = [1, 28, 28] as const;

function known(name: string, ops: Ops): BenchNetwork {
  const network = networks.get(name);
  const input = network.naturalInput ?? ANY_INPUT;
  const architecture: Architecture = {
    name,
    input: [...input],
    classes: CLASSES,
    bottleneck: 256,
    ...readParameters(network, {}),
  };
  const hypothesis = Hypothesis.fresh(architecture, ops, random('bench'));
  return {
    input,
    trainable: hypothesis.trainable('F', 'B'),
    tensors: () => hypothesis.tensors(),
    train: (x, stream) => hypothesis.train(x, stream).logits,
    eval: (x) => hypothesis.eval(x).logits,
  };
}

/** Widths and strides of `stack`: of ResNet-18's 17 convolutions of 3×3, without the shortcuts. */
const STACK: [width: number, stride: number][] = [[64, 2]];
for (const width of [64, 128, 256, 512])
  for (let i = 0; i < 4; i++) STACK.push([width, i === 0 && width > 64 ? 2 : 1]);

function stack(ops: Ops): BenchNetwork {
  const stream = random('bench');
  const trainable: Variable[] = [];
  const fixed: Variable[] = [];
  const parameter = <R extends Rank>(
    shape: ShapeMap[R],
    draw: () => number,
    learns = true,
  ): Variable<R> => {
    const size = shape.reduce((a, b) => a * b, 1);
    const made = tidy(() => variable(tensor<R>(Float32Array.from({ length: size }, draw), shape)));
    (learns ? trainable : fixed).push(made);
    return made;
  };
  let channels = 3;
  const layers = STACK.map(([width, stride]) => {
    const bound = 1 / Math.sqrt(channels * 9);
    const draw = (): number => (2 * stream.next() - 1) * bound;
    const weight = parameter<Rank.R4>([width, channels, 3, 3], draw);
    channels = width;
    const vector = (value: number, learns?: boolean) =>
      parameter<Rank.R1>([width], () => value, learns);
    const [bias, gamma, beta] = [vector(0), vector(1), vector(0)];
    return {
      stride,
      weight,
      bias,
      gamma,
      beta,
      mean: vector(0, false),
      variance: vector(1, false),
    };
  });
  const top = parameter<Rank.R2>([CLASSES, 512], () => (2 * stream.next() - 1) / Math.sqrt(512));
  const topBias = parameter<Rank.R1>([CLASSES], () => 0);
  const forward = (x: Tensor, train: boolean): Tensor2D => {
    let h = ops.images(x as Tensor4D);
    for (const { stride, weight, bias, gamma, beta, mean, variance } of layers) {
      h = ops.conv2d(h, weight, bias, stride, 1);
      const scale = [gamma, beta] as const;
      h = train
        ? ops.batchNormTrain<Activation>(h, ...scale, mean, variance)
        : ops.batchNormEval<Activation>(h, ...scale, mean, variance);
      h = ops.relu(h);
    }
    return ops.linear(ops.flatten(ops.maxPool2d(h, 4)), top, topBias);
  };
  return {
    input: [3, 64, 64],
    trainable,
    tensors: () => [...trainable, ...fixed],
    train: (x) => forward(x, true),
    eval: (x) => forward(x, false),
  };
}

/** @throws FedshotError `usage` for a name that is not of {@link benchNames} */
export const benchNetwork = (arch: string, ops: Ops): BenchNetwork =>
  arch === STACK_NAME ? stack(ops) : known(arch, ops);
