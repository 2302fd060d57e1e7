import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectClose, ops } from './close.js';

/** The optimiser's step of an engine, against its definition. */
export function testSgd(): void {
  describe('sgd', () => {
    const settings = { momentum: 0.9, weightDecay: 1e-3 };

    it.each([true, false])('takes the steps of its definition, Nesterov %s', (nesterov) => {
      let [w, v] = [1.5, 0];
      const param = tf.variable(tf.tensor1d([w]));
      const velocity = tf.variable(tf.tensor1d([v]), false);
      for (const [grad, lr] of [
        [0.3, 0.1],
        [-0.2, 0.1],
        [0.7, 0.05],
      ] as const) {
        const grads = [tf.tensor1d([grad])];
        ops.sgd([{ params: [param], grads, velocity: [velocity], lr }], { ...settings, nesterov });
        const d = grad + 1e-3 * w;
        v = 0.9 * v + d;
        w -= lr * (nesterov ? d + 0.9 * v : v);
      }
      expectClose(param.dataSync(), [w], 1e-6);
      expectClose(velocity.dataSync(), [v], 1e-6);
    });

    it('changes the variables only: not what they were made from, nor a clone, nor a view', () => {
      const start = tf.tensor2d([
        [1, 2],
        [3, 4],
      ]);
      const param = tf.variable(start);
      const velocity = tf.variable(tf.zerosLike(start), false);
      const step = (): void =>
        ops.sgd([{ params: [param], grads: [tf.onesLike(start)], velocity: [velocity], lr: 1 }], {
          momentum: 0,
          weightDecay: 0,
          nesterov: false,
        });
      step();
      const clone = tf.clone(param);
      const view = tf.reshape(param, [4]);
      step();
      expect([...start.dataSync()]).toEqual([1, 2, 3, 4]);
      expect([...clone.dataSync()]).toEqual([0, 1, 2, 3]);
      expect([...view.dataSync()]).toEqual([0, 1, 2, 3]);
      expect([...param.dataSync()]).toEqual([-1, 0, 1, 2]);
    });

    it('takes a gradient of another memory layout', () => {
      const param = tf.variable(tf.zeros([2, 3]));
      const velocity = tf.variable(tf.zeros([2, 3]), false);
      const turned = tf.transpose(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      );
      const none = { momentum: 0, weightDecay: 0, nesterov: false };
      ops.sgd([{ params: [param], grads: [turned], velocity: [velocity], lr: 1 }], none);
      expect([...param.dataSync()]).toEqual([-1, -3, -5, -2, -4, -6]);
    });
  });
}
