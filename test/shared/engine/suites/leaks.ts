import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/shared/engine/index.js';

/** A network with every kind of layer, and one training step of it. */
export function tinyTraining({ ops }: Engine): { step: () => number; dispose: () => void } {
  const shapes = [[4, 1, 3, 3], [4], [4], [4], [6, 16], [6], [3, 6], [3, 1], [3]];
  const make = (shape: number[], i: number) =>
    tf.variable(tf.tidy(() => tf.randomUniform(shape, 0.1, 0.5, 'float32', i + 1)));
  const params = shapes.map(make);
  const [w, b, gamma, beta, fc, fb, v, g, cb] = params as never[];
  const velocity = params.map((p) =>
    tf.variable(
      tf.tidy(() => tf.zerosLike(p)),
      false,
    ),
  );
  const mean = tf.variable(
    tf.tidy(() => tf.zeros([4])),
    false,
  );
  const variance = tf.variable(
    tf.tidy(() => tf.ones([4])),
    false,
  );
  const x = tf.randomNormal<tf.Rank.R4>([8, 1, 6, 6], 0, 1, 'float32', 5);
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), 3));
  const loss = (): tf.Scalar => {
    const conv = ops.conv2d(ops.images(x), w as unknown as Tensor4D, b, 1, 0);
    const normal = ops.batchNormTrain(
      conv,
      gamma as unknown as Tensor1D,
      beta as unknown as Tensor1D,
      mean,
      variance,
    );
    const mask = tf.ones<tf.Rank.R2>([8, 4]);
    const h = ops.flatten(ops.relu(ops.maxPool2d(ops.scaleChannels(normal, mask), 2)));
    const features = ops.linear(h, fc as unknown as Tensor2D, fb as unknown as Tensor1D);
    const top = ops.weightNorm(v as unknown as Tensor2D, g as unknown as Tensor2D);
    const logits = ops.linear(features, top, cb as unknown as Tensor1D);
    const p = ops.softmax(logits);
    const im = tf.neg(tf.mean(tf.sum(tf.mul(p, tf.log(tf.add(p, 1e-5))), 1)));
    return tf.sub(im, tf.mean(tf.sum(tf.mul(ops.logSoftmax(logits), y), 1)));
  };
  const step = (): number =>
    tf.tidy(() => {
      const { value, grads } = tf.engine().gradients(loss, params);
      ops.sgd([{ params, grads, velocity, lr: 0.05 }], {
        momentum: 0.9,
        weightDecay: 1e-3,
        nesterov: true,
      });
      return value.dataSync()[0]!;
    });
  const dispose = (): void => tf.dispose([...params, ...velocity, mean, variance, x, y]);
  return { step, dispose };
}

/** Handles below tfjs-core, where an engine counts them. */
const live = (): number =>
  (tf.backend() as unknown as { torch?: { live: number } }).torch?.live ?? 0;

export function testLeaks(engine: () => Engine, steps: number): void {
  describe('training', () => {
    it('learns, and takes the same steps when it is run again', () => {
      const runs = [0, 1].map(() => {
        const { step, dispose } = tinyTraining(engine());
        const losses = Array.from({ length: 60 }, step);
        dispose();
        return losses;
      });
      expect(runs[0]).toEqual(runs[1]);
      expect(runs[0]!.at(-1)!).toBeLessThan(0.7 * runs[0]![0]!);
    });

    it(`keeps no tensor and no memory over ${steps} steps`, () => {
      const { step, dispose } = tinyTraining(engine());
      for (let i = 0; i < steps / 10; i++) step();
      const before = {
        tensors: tf.memory().numTensors,
        handles: live(),
        rss: process.memoryUsage().rss,
      };
      for (let i = 0; i < steps; i++) step();
      expect(tf.memory().numTensors).toBe(before.tensors);
      expect(live()).toBe(before.handles);
      // less than 8 KiB per step: V8 grows a little, differently with each version of Node
      expect(process.memoryUsage().rss - before.rss).toBeLessThan(
        Math.max(48 * 2 ** 20, steps * 2 ** 13),
      );
      dispose();
    }, 300_000);
  });

  describe('an operation that throws', () => {
    it('leaves no tensor and no handle behind', () => {
      const a = tf.ones([2, 3]);
      const b = tf.ones([4, 5]);
      const before = [tf.memory().numTensors, live()];
      const wrong: (() => tf.TensorContainer)[] = [
        () => engine().ops.linear(a as Tensor2D, b as Tensor2D, tf.zeros<tf.Rank.R1>([5])),
        () => tf.engine().runKernel('Add', { a: tf.ones([2]), b: tf.ones([3]) }),
        () => tf.engine().runKernel('NoSuchKernel', { a }),
        () =>
          tf.grads(() => {
            throw new Error('in the loss');
          })([a]),
      ];
      for (const f of wrong) expect(() => tf.tidy(f)).toThrow();
      expect([tf.memory().numTensors, live()]).toEqual(before);
      tf.dispose([a, b]);
    });
  });
}
