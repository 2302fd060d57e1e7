import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batchNorm, conv2d, image, maxPool2d } from '../reference.js';
import { draw, expectClose, expectGradients, flat, numbers, ops, stream, tensor } from './close.js';
import { testSgd } from './sgd.js';

export { useOps } from './close.js';

/** The layer arithmetic of an engine, against the formulas that define it. */
export function testOps(): void {
  describe('conv2d', () => {
    it.each([
      { n: 2, c: 1, h: 9, w: 7, o: 3, k: 5, stride: 1, pad: 0 },
      { n: 3, c: 3, h: 8, w: 11, o: 4, k: 5, stride: 2, pad: 2 },
      { n: 1, c: 2, h: 5, w: 5, o: 1, k: 3, stride: 3, pad: 1 },
      { n: 2, c: 17, h: 6, w: 6, o: 5, k: 1, stride: 2, pad: 0 },
    ])('is the cross-correlation of its definition: %o', ({ n, c, h, w, o, k, stride, pad }) => {
      const [x, weight, bias] = [draw([n, c, h, w]), draw([o, c, k, k]), numbers(o)];
      const y = ops.conv2d(ops.images(tensor(x)), tensor(weight), tf.tensor1d(bias), stride, pad);
      expectClose(flat(y), conv2d(x, weight, bias, stride, pad).data);
    });

    it('has the gradients of finite differences in image, weight and bias', () => {
      const f = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
        ops.flatten(
          ops.conv2d(ops.images(x as Tensor4D), weight as Tensor4D, bias as Tensor1D, 2, 2),
        );
      expectGradients(f, [
        tensor(draw([2, 3, 8, 7])),
        tensor(draw([4, 3, 5, 5])),
        tf.tensor1d(numbers(4)),
      ]);
    });
  });

  describe('maxPool2d', () => {
    it.each([
      [[2, 3, 8, 8], 2],
      [[1, 20, 7, 9], 2],
      [[2, 1, 6, 5], 3],
    ] as const)(
      'takes the maximum of disjoint windows and drops the rest: %o by %i',
      (shape, size) => {
        const x = draw([...shape]);
        expectClose(flat(ops.maxPool2d(ops.images(tensor(x)), size)), maxPool2d(x, size).data, 0);
      },
    );

    it('has the gradients of finite differences', () => {
      // Distinct values far apart, so that no difference crosses a tie.
      const order = stream.permutation(2 * 3 * 6 * 7);
      const x = image([2, 3, 6, 7], (n, c, y, z) => order[((n * 3 + c) * 6 + y) * 7 + z]! / 50);
      expectGradients((t) => ops.flatten(ops.maxPool2d(ops.images(t as Tensor4D), 2)), [tensor(x)]);
    });
  });

  describe('relu', () => {
    it('keeps what is above zero, and NaN', () => {
      const y = ops.relu(tf.tensor1d([-1, 0, 2, NaN, Infinity])).dataSync();
      expect([...y]).toEqual([0, 0, 2, NaN, Infinity]);
    });
    it('has gradient 1 above zero, 0 at and below it', () => {
      const gradient = tf.grad((x) => ops.relu(x))(tf.tensor1d([-2, 0, 3]));
      expect([...gradient.dataSync()]).toEqual([0, 0, 1]);
    });
  });

  describe('scaleChannels', () => {
    it('multiplies every pixel of a channel by its mask, forward and backward', () => {
      const x = draw([2, 3, 4, 5]);
      const mask = tf.tensor2d([0, 2, 1, 2, 0, 4], [2, 3]);
      const y = ops.scaleChannels(ops.images(tensor(x)), mask);
      const m = mask.dataSync();
      expectClose(
        flat(y),
        x.data.map((v, i) => v * m[Math.floor(i / 20)]!),
        1e-6,
      );
      expectGradients(
        (t) => ops.flatten(ops.scaleChannels(ops.images(t as Tensor4D), mask)),
        [tensor(x)],
      );
    });
  });

  describe('linear', () => {
    it('is x·wᵀ + b with the gradients of finite differences', () => {
      const [x, w, b] = [draw([1, 1, 5, 7]), draw([1, 1, 3, 7]), numbers(3)];
      const args = [tf.reshape(tensor(x), [5, 7]), tf.reshape(tensor(w), [3, 7]), tf.tensor1d(b)];
      const wanted = Array.from({ length: 15 }, (_, i) => {
        const [row, out] = [Math.floor(i / 3), i % 3];
        return (
          b[out]! +
          Array.from({ length: 7 }, (__, k) => x.data[row * 7 + k]! * w.data[out * 7 + k]!).reduce(
            (a, c) => a + c,
          )
        );
      });
      const f = (a: Tensor, v: Tensor, c: Tensor): Tensor =>
        ops.linear(a as Tensor2D, v as Tensor2D, c as Tensor1D);
      expectClose(f(args[0]!, args[1]!, args[2]!).dataSync(), wanted);
      expectGradients(f, args);
    });
  });

  describe('batchNormTrain', () => {
    const statistics = (c: number): [Variable, Variable] => [
      tf.variable(tf.zeros([c]), false),
      tf.variable(tf.ones([c]), false),
    ];

    it('normalises by the batch and moves the running statistics by a tenth, variance unbiased', () => {
      const [x, gamma, beta] = [draw([3, 4, 5, 3]), numbers(4), numbers(4)];
      const [mean, variance] = statistics(4);
      const y = ops.batchNormTrain(
        ops.images(tensor(x)),
        tf.tensor1d(gamma),
        tf.tensor1d(beta),
        mean,
        variance,
      );
      const wanted = batchNorm(x, gamma, beta);
      expectClose(flat(y), wanted.y.data);
      expectClose(
        mean.dataSync(),
        wanted.mean.map((m) => 0.1 * m),
      );
      expectClose(
        variance.dataSync(),
        wanted.variance.map((v) => 0.9 + 0.1 * v),
      );
    });

    it('has the gradients of finite differences for images and for rows of features', () => {
      for (const shape of [
        [3, 2, 4, 3],
        [6, 4],
      ]) {
        const c = shape[1]!;
        const f = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
          const [mean, variance] = statistics(c);
          const input = x.rank === 4 ? ops.images(x as Tensor4D) : x;
          const args = [gamma as Tensor1D, beta as Tensor1D, mean, variance] as const;
          const y = ops.batchNormTrain(input, ...args);
          return y.rank === 4 ? ops.flatten(y as Tensor4D) : y;
        };
        const x = tf.tensor(Float32Array.from(numbers(tf.util.sizeFromShape(shape))), shape);
        expectGradients(f, [x, tf.tensor1d(numbers(c)), tf.tensor1d(numbers(c))]);
      }
    });

    it('leaves every other tensor alone when it moves the statistics', () => {
      const zeros = tf.zeros([2]);
      const [mean, variance] = [tf.variable(zeros, false), tf.variable(tf.ones([2]), false)];
      const snapshot = tf.clone(mean);
      const x = tf.tensor2d([
        [1, 5],
        [3, 9],
      ]);
      ops.batchNormTrain(x, tf.ones([2]), tf.zeros([2]), mean, variance);
      expectClose(mean.dataSync(), [0.2, 0.7]);
      expect([...zeros.dataSync(), ...snapshot.dataSync()]).toEqual([0, 0, 0, 0]);
    });
  });

  describe('batchNormEval', () => {
    it('normalises by the running statistics', () => {
      const y = ops.batchNormEval(
        tf.tensor2d([
          [1, -2],
          [3, 4],
        ]),
        tf.tensor1d([2, 1]),
        tf.tensor1d([0.5, 0]),
        tf.tensor1d([1, 0]),
        tf.tensor1d([4, 1]),
      );
      const [a, b] = [2 / Math.sqrt(4 + 1e-5), 1 / Math.sqrt(1 + 1e-5)];
      expectClose(y.dataSync(), [0.5, -2 * b, 2 * a + 0.5, 4 * b], 1e-6);
    });
  });

  describe('weightNorm', () => {
    it('gives rows of length g, with the gradients of finite differences', () => {
      const v = tf.tensor2d([
        [3, 4, 0],
        [0, 0, 2],
      ]);
      const g = tf.tensor2d([[10], [3]]);
      expectClose(ops.weightNorm(v, g).dataSync(), [6, 8, 0, 0, 0, 3], 1e-6);
      expectGradients((a, b) => ops.weightNorm(a as Tensor2D, b as Tensor2D), [v, g]);
    });
  });

  describe('softmax and logSoftmax', () => {
    it('hold against exponentials, also far from zero', () => {
      const rows = [
        [1, 2, 3],
        [1000, 999, 0],
        [-1000, -1000, -1000],
      ];
      const wanted = rows.flatMap((row) => {
        const top = Math.max(...row);
        const e = row.map((x) => Math.exp(x - top));
        return e.map((x) => x / e.reduce((a, b) => a + b));
      });
      expectClose(ops.softmax(tf.tensor2d(rows)).dataSync(), wanted, 1e-6);
      const finite = ops.logSoftmax(tf.tensor2d([rows[0]!, rows[2]!])).dataSync();
      expectClose(finite, [...wanted.slice(0, 3), ...wanted.slice(6)].map(Math.log), 1e-5);
    });
    it('have the gradients of finite differences', () => {
      const x = tf.tensor2d(numbers(20), [4, 5]);
      expectGradients((t) => ops.softmax(t as Tensor2D), [x]);
      expectGradients((t) => ops.logSoftmax(t as Tensor2D), [x]);
    });
  });

  testSgd();

  describe('gatherRows', () => {
    it('picks rows, in any order and more than once', () => {
      const x = draw([4, 1, 2, 3]);
      const rows = ops.gatherRows(tensor<Tensor4D>(x), tf.tensor1d([2, 0, 2], 'int32'));
      const row = (i: number): number[] => [...x.data.slice(6 * i, 6 * i + 6)];
      expectClose(rows.dataSync(), [...row(2), ...row(0), ...row(2)], 1e-6);
    });
  });
}
