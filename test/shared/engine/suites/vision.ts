import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { at, conv2d, image, type Image } from '../reference.js';
import { draw, expectClose, expectGradients, flat, numbers, ops, stream, tensor } from './close.js';

/** What "same" puts before a side, and how long it comes out. */
function same(side: number, kernel: number, stride: number): [before: number, out: number] {
  const out = Math.ceil(side / stride);
  return [Math.floor(Math.max(0, (out - 1) * stride + kernel - side) / 2), out];
}

/** Convolution with any padding before a side: `at` gives zeros outside. */
function convolved(x: Image, weight: Image, stride: number, groups: boolean): Image {
  const [n, c, h, w] = x.shape;
  const [o, , k] = weight.shape;
  const [[top, rows], [left, columns]] = [same(h, k, stride), same(w, k, stride)];
  return image([n, o, rows, columns], (a, b, y, z) => {
    let sum = 0;
    for (let i = groups ? b : 0; i < (groups ? b + 1 : c); i++)
      for (let u = 0; u < k; u++)
        for (let v = 0; v < k; v++)
          sum +=
            at(weight, b, groups ? 0 : i, u, v) *
            at(x, a, i, y * stride + u - top, z * stride + v - left);
    return sum;
  });
}

/** The layers of networks for photographs, against the formulas that define them. */
export function testVisionOps(): void {
  const SIZES = [
    { h: 8, w: 8, stride: 2 },
    { h: 7, w: 8, stride: 2 },
    { h: 6, w: 5, stride: 1 },
    { h: 9, w: 6, stride: 3 },
  ];

  describe('conv2d without a bias', () => {
    it.each(SIZES)('pads as TensorFlow\'s "same": %o', ({ h, w, stride }) => {
      const [x, weight] = [draw([2, 3, h, w]), draw([4, 3, 3, 3])];
      const y = ops.conv2d(ops.images(tensor(x)), tensor(weight), undefined, stride, 'same');
      expectClose(flat(y), convolved(x, weight, stride, false).data);
    });
    it('has the gradients of finite differences, with 7×7 filters too', () => {
      for (const [kernel, padding] of [
        [3, 'same'],
        [7, 3],
      ] as const)
        expectGradients(
          (x, weight) =>
            ops.flatten(
              ops.conv2d(ops.images(x as Tensor4D), weight as Tensor4D, undefined, 2, padding),
            ),
          [tensor(draw([2, 3, 8, 10])), tensor(draw([4, 3, kernel, kernel]))],
        );
    });
    it('has the gradients of a bias of zeros', () => {
      const [x, weight] = [draw([2, 2, 6, 6]), draw([3, 2, 3, 3])];
      const y = ops.conv2d(ops.images(tensor(x)), tensor(weight), undefined, 1, 1);
      expectClose(flat(y), conv2d(x, weight, [0, 0, 0], 1, 1).data);
    });
  });

  describe('depthwiseConv2d', () => {
    it.each(SIZES)('has a filter for each channel: %o', ({ h, w, stride }) => {
      const [x, weight] = [draw([2, 5, h, w]), draw([5, 1, 3, 3])];
      const y = ops.depthwiseConv2d(ops.images(tensor(x)), tensor(weight), stride, 'same');
      expectClose(flat(y), convolved(x, weight, stride, true).data);
    });
    it.each(SIZES)('has the gradients of finite differences: %o', ({ h, w, stride }) => {
      const f = (x: Tensor, weight: Tensor): Tensor =>
        ops.flatten(
          ops.depthwiseConv2d(ops.images(x as Tensor4D), weight as Tensor4D, stride, 'same'),
        );
      expectGradients(f, [tensor(draw([2, 4, h, w])), tensor(draw([4, 1, 3, 3]))]);
    });
    it('takes a padding in numbers', () => {
      const [x, weight] = [draw([1, 2, 5, 5]), draw([2, 1, 3, 3])];
      const y = ops.depthwiseConv2d(ops.images(tensor(x)), tensor(weight), 1, 1);
      expectClose(flat(y), convolved(x, weight, 1, true).data);
      const f = (t: Tensor): Tensor =>
        ops.flatten(ops.depthwiseConv2d(ops.images(t as Tensor4D), tensor(weight), 1, 1));
      expectGradients(f, [tensor(x)]);
    });
  });

  describe('maxPool2d with overlapping windows', () => {
    const order = stream.permutation(2 * 3 * 8 * 7);
    // All below zero, so that a zero of the padding would win.
    const x = image([2, 3, 8, 7], (n, c, y, z) => order[((n * 3 + c) * 8 + y) * 7 + z]! / 50 - 9);
    it('takes the maximum, which is never of the padding', () => {
      const wanted = image([2, 3, 4, 4], (n, c, y, z) => {
        let best = -Infinity;
        for (let u = -1; u < 2; u++)
          for (let v = -1; v < 2; v++) {
            const [row, column] = [2 * y + u, 2 * z + v];
            if (row >= 0 && column >= 0 && row < 8 && column < 7)
              best = Math.max(best, at(x, n, c, row, column));
          }
        return best;
      });
      expectClose(flat(ops.maxPool2d(ops.images(tensor(x)), 3, 2, 1)), wanted.data, 1e-6);
    });
    it('has the gradients of finite differences', () => {
      expectGradients(
        (t) => ops.flatten(ops.maxPool2d(ops.images(t as Tensor4D), 3, 2, 1)),
        [tensor(x)],
      );
    });
  });

  it('globalAveragePool is the mean of each channel, with its gradient', () => {
    const x = draw([2, 3, 4, 5]);
    const wanted = image([2, 3, 1, 1], (n, c) => {
      let sum = 0;
      for (let y = 0; y < 4; y++) for (let z = 0; z < 5; z++) sum += at(x, n, c, y, z);
      return sum / 20;
    });
    const y = ops.globalAveragePool(ops.images(tensor(x)));
    expect(y.shape).toEqual([2, 3]);
    expectClose(y.dataSync(), wanted.data);
    expectGradients((t) => ops.globalAveragePool(ops.images(t as Tensor4D)), [tensor(x)]);
  });

  it('relu6 keeps what lies between, with gradient 0 at both ends', () => {
    const x = tf.tensor1d([-1, 0, 0.5, 5.9, 6, 7]);
    expectClose(ops.relu6(x).dataSync(), [0, 0, 0.5, 5.9, 6, 6], 1e-6);
    const gradient = tf.grad((t) => tf.mul(ops.relu6(t), tf.range(1, 7)))(x);
    expect([...gradient.dataSync()]).toEqual([0, 0, 3, 4, 0, 0]);
  });

  it('batchNormTrain and batchNormEval take another ε', () => {
    const [one, zero] = [tf.ones<tf.Rank.R1>([1]), tf.zeros<tf.Rank.R1>([1])];
    const [mean, variance] = [tf.variable(tf.zeros([1]), false), tf.variable(tf.ones([1]), false)];
    const x = tf.tensor2d([[-1], [1]]); // variance 1
    const wanted = 1 / Math.sqrt(1 + 1);
    const trained = ops.batchNormTrain(x, one, zero, mean, variance, 1).dataSync();
    expectClose(trained, [-wanted, wanted], 1e-6);
    expectClose(ops.batchNormEval(x, one, zero, zero, one, 1).dataSync(), [-wanted, wanted], 1e-6);
  });

  it('batchNormEval has the gradients of finite differences', () => {
    const [mean, variance] = [tf.tensor1d(numbers(3)), tf.tensor1d([0.5, 1, 2])];
    const f = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      ops.flatten(
        ops.batchNormEval(
          ops.images(x as Tensor4D),
          weight as Tensor1D,
          bias as Tensor1D,
          mean,
          variance,
        ),
      );
    expectGradients(f, [
      tensor(draw([2, 3, 4, 4])),
      tf.tensor1d(numbers(3)),
      tf.tensor1d(numbers(3)),
    ]);
  });

  testTransformerOps();
}

const random3 = (n: number, t: number, d: number): Tensor3D =>
  tf.tensor3d(Float32Array.from(numbers(n * t * d)), [n, t, d]);

function testTransformerOps(): void {
  it('gelu is x·Φ(x), with its gradient', () => {
    const x = tf.tensor1d([-3, -1, 0, 0.5, 2]);
    const wanted = [-0.0040496941, -0.1586552539, 0, 0.3457312306, 1.9544997361];
    expectClose(ops.gelu(x).dataSync(), wanted, 1e-6);
    expectGradients((t) => ops.gelu(t), [tf.tensor1d(numbers(20))]);
  });

  it('layerNorm normalises each token by itself, with the gradients of finite differences', () => {
    const x = random3(2, 3, 5);
    const [weight, bias] = [tf.tensor1d(numbers(5)), tf.tensor1d(numbers(5))];
    const [values, w, b] = [x, weight, bias].map((t) => [...t.dataSync<'float32'>()]);
    const wanted = values!.map((value, i) => {
      const row = values!.slice(i - (i % 5), i - (i % 5) + 5);
      const mean = row.reduce((sum, v) => sum + v, 0) / 5;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 5;
      return (w![i % 5]! * (value - mean)) / Math.sqrt(variance + 1e-3) + b![i % 5]!;
    });
    expectClose(ops.layerNorm(x, weight, bias, 1e-3).dataSync(), wanted);
    expectGradients(
      (t, g, c) => ops.layerNorm(t, g as Tensor1D, c as Tensor1D, 1e-3),
      [x, weight, bias],
    );
  });

  it('linear takes tokens as it does rows', () => {
    const [x, weight, bias] = [random3(2, 3, 4), tf.tensor2d(numbers(20), [5, 4]), tf.zeros([5])];
    const y = ops.linear(x, weight, bias as Tensor1D);
    expect(y.shape).toEqual([2, 3, 5]);
    expectClose(
      y.dataSync(),
      ops.linear(tf.reshape(x, [6, 4]), weight, bias as Tensor1D).dataSync(),
    );
  });

  describe('attention', () => {
    it('mixes values by the softmax of q·k/√d, head by head', () => {
      const [n, count, heads, d] = [2, 3, 2, 4];
      const qkv = random3(n, count, 3 * heads * d);
      const all = qkv.arraySync();
      const wanted: number[] = [];
      for (const sample of all)
        for (let t = 0; t < count; t++)
          for (let h = 0; h < heads; h++) {
            const of = (row: number[], part: number): number[] =>
              row.slice((part * heads + h) * d, (part * heads + h + 1) * d);
            const e = sample.map((row) =>
              Math.exp(
                of(sample[t]!, 0).reduce((sum, q, i) => sum + q * of(row, 1)[i]!, 0) / Math.sqrt(d),
              ),
            );
            const total = e.reduce((a, b) => a + b, 0);
            for (let i = 0; i < d; i++)
              wanted.push(
                sample.reduce((sum, row, s) => sum + (e[s]! / total) * of(row, 2)[i]!, 0),
              );
          }
      const y = ops.attention(qkv, heads);
      expect(y.shape).toEqual([n, count, heads * d]);
      expectClose(y.dataSync(), wanted);
    });
    it('has the gradients of finite differences', () => {
      expectGradients((t) => ops.attention(t as Tensor3D, 2), [random3(2, 5, 24)]);
    });
  });

  it('tokens are pixels row by row behind the class token, plus positions; firstToken is the class', () => {
    const [x, first, positions] = [draw([2, 3, 2, 2]), random3(1, 1, 3), random3(1, 5, 3)];
    const y = ops.tokens(ops.images(tensor(x)), first, positions);
    const [c, p] = [first.dataSync(), positions.dataSync()];
    const wanted = Array.from({ length: 30 }, (_, i) => {
      const [sample, token, d] = [Math.floor(i / 15), Math.floor(i / 3) % 5, i % 3];
      const pixel = token - 1;
      const value = token === 0 ? c[d]! : at(x, sample, d, pixel >> 1, pixel & 1);
      return value + p[token * 3 + d]!;
    });
    expectClose(y.dataSync(), wanted, 1e-5);
    expectClose(
      ops.firstToken(y).dataSync(),
      [...wanted.slice(0, 3), ...wanted.slice(15, 18)],
      1e-5,
    );
    expectGradients(
      (t, f, q) => ops.tokens(ops.images(t as Tensor4D), f as Tensor3D, q as Tensor3D),
      [tensor(x), first, positions],
    );
    expectGradients((t) => ops.firstToken(t as Tensor3D), [random3(2, 3, 4)]);
    expectGradients(
      (t, f) => ops.scale(t, f as Tensor1D),
      [random3(2, 3, 4), tf.tensor1d(numbers(4))],
    );
  });
}
