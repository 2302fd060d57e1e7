import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, stopEngine } from '../../../src/shared/engine/index.js';
import type { Engine } from '../../../src/shared/engine/index.js';

describe('startWasm', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 2 });
  });
  afterAll(() => stopEngine());

  it('trains a small convolutional net', () => {
    const { ops } = engine;
    const rand = <R extends tf.Rank>(...shape: number[]): tf.Tensor<R> =>
      tf.randomUniform<R>(shape as tf.ShapeMap[R], -0.3, 0.3, 'float32', 7);
    const w = tf.variable<tf.Rank.R4>(rand(4, 1, 5, 5));
    const b = tf.variable<tf.Rank.R1>(tf.zeros([4]));
    const gamma = tf.variable<tf.Rank.R1>(tf.ones([4]));
    const beta = tf.variable<tf.Rank.R1>(tf.zeros([4]));
    const fc = tf.variable<tf.Rank.R2>(rand(3, 4 * 2 * 2));
    const fb = tf.variable<tf.Rank.R1>(tf.zeros([3]));
    const mean = tf.variable(tf.zeros([4]), false);
    const variance = tf.variable(tf.ones([4]), false);
    const x = tf.randomNormal<tf.Rank.R4>([12, 1, 12, 12], 0, 1, 'float32', 3);
    const y = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 12 }, (_, i) => i % 3),
        'int32',
      ),
      3,
    );
    const params = [w, b, gamma, beta, fc, fb];
    const velocity = params.map((p) => tf.variable(tf.zerosLike(p), false));
    const losses = Array.from({ length: 25 }, () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => {
          const conv = ops.conv2d(ops.images(x), w, b, 2, 1);
          const act = ops.relu(ops.batchNormTrain(conv, gamma, beta, mean, variance));
          const pooled = ops.maxPool2d(act, 2);
          const flat = ops.flatten(pooled);
          const logP = ops.logSoftmax(ops.linear(flat, fc, fb));
          return tf.neg(tf.mean(tf.sum(tf.mul(logP, y), 1))) as tf.Scalar;
        }, params);
        ops.sgd([{ params, grads: params.map((p) => grads[p.name]!), velocity, lr: 0.05 }], {
          momentum: 0.9,
          weightDecay: 1e-3,
          nesterov: true,
        });
        return value.dataSync()[0]!;
      }),
    );
    expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
  });
});
