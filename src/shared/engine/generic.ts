import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { byRows, transformerOps } from './generic-transformer.js';
import { callingRepeater } from './repeat.js';
import type { Activation, Ops, SgdGroup, SgdOptions } from './ops.js';

/** ε of batch normalisation and the momentum of its running statistics (PyTorch's defaults). */
export const BN_EPSILON = 1e-5;
export const BN_MOMENTUM = 0.1;

/** All axes but the last: what batch normalisation averages over in NHWC and in `[N, D]`. */
const batchAxes = (x: Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

function batchNormTrain<T extends Tensor>(
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  runningMean: Variable,
  runningVar: Variable,
  epsilon = BN_EPSILON,
): T {
  const axes = batchAxes(x);
  const n = x.size / weight.size;
  const run = tf.customGrad((...args) => {
    const [xs, w, b, save] = args as unknown as [Tensor, Tensor, Tensor, tf.GradSaveFunc];
    const { mean, variance } = tf.moments(xs, axes);
    const rstd = tf.rsqrt(tf.add(variance, epsilon));
    move(runningMean, mean);
    move(runningVar, tf.mul(variance, n / (n - 1)));
    const normal = tf.mul(tf.sub(xs, mean), rstd);
    save([normal, rstd, w]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [xHat, r, scale] = saved as [Tensor, Tensor, Tensor];
      const dBias = tf.sum(dy, axes);
      const dWeight = tf.sum(tf.mul(dy, xHat), axes);
      // Ioffe and Szegedy 2015, section 3, with the sums over the batch gathered.
      const centred = tf.sub(dy, tf.add(tf.div(dBias, n), tf.mul(xHat, tf.div(dWeight, n))));
      return [tf.mul(centred, tf.mul(scale, r)), dWeight, dBias];
    };
    return { value: tf.add(tf.mul(normal, w), b), gradFunc };
  });
  return run(x, weight, bias) as T;
}

/** `statistic += momentum · (batch − statistic)`. */
function move(statistic: Variable, batch: Tensor): void {
  statistic.assign(tf.add(statistic, tf.mul(tf.sub(batch, statistic), BN_MOMENTUM)));
}

function batchNormEval<T extends Tensor>(
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  runningMean: Tensor1D,
  runningVar: Tensor1D,
  epsilon = BN_EPSILON,
): T {
  const scale = tf.mul(weight, tf.rsqrt(tf.add(runningVar, epsilon)));
  return tf.add(tf.mul(x, scale), tf.sub(bias, tf.mul(runningMean, scale)));
}

function sgd(groups: SgdGroup[], { momentum, weightDecay, nesterov }: SgdOptions): void {
  tf.tidy(() => {
    for (const { params, grads, velocity, lr } of groups) {
      params.forEach((param, i) => {
        const d = tf.add(grads[i]!, tf.mul(param, weightDecay));
        const v = tf.add(tf.mul(velocity[i]!, momentum), d);
        velocity[i]!.assign(v);
        const step = nesterov ? tf.add(d, tf.mul(v, momentum)) : v;
        param.assign(tf.sub(param, tf.mul(step, lr)));
      });
    }
  });
}

/** `Ops` in plain tfjs-core, for any backend. Activations are NHWC. */
export const genericOps: Ops = {
  images: (x: Tensor4D): Activation => tf.transpose(x, [0, 2, 3, 1]),
  conv2d: (x, weight, bias, stride, padding): Activation => {
    const y = tf.conv2d(x, tf.transpose(weight, [2, 3, 1, 0]), stride, padding);
    return bias ? tf.add(y, bias) : y;
  },
  depthwiseConv2d: (x, weight, stride, padding) =>
    tf.depthwiseConv2d(x, tf.transpose(weight, [2, 3, 0, 1]), stride, padding),
  maxPool2d: (x, size, stride = size, padding = 0) =>
    tf.maxPool(x, size, stride, padding === 0 ? 'valid' : padding),
  globalAveragePool: (x): Tensor2D => tf.mean(x, [1, 2]),
  relu: tf.relu,
  relu6: tf.relu6,
  add: (a, b) => tf.add(a, b),
  mul: (a, b) => tf.mul(a, b),
  scale: (x, factors) => tf.mul(x, factors),
  scaleChannels: (x, mask) => tf.mul(x, tf.reshape(mask, [x.shape[0], 1, 1, x.shape[3]])),
  flatten: (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0], -1]),
  linear: byRows((x, weight, bias) => tf.add(tf.matMul(x, weight, false, true), bias)),
  batchNormTrain,
  batchNormEval,
  weightNorm: (v, g): Tensor2D => tf.mul(v, tf.div(g, tf.norm(v, 2, 1, true))),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  ...transformerOps,
  sgd,
  gatherRows: (x, index) => tf.gather(x, index),
  repeater: () => callingRepeater,
};
