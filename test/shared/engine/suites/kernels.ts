import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

const values = (t: Tensor): number[] => [...t.dataSync<'float32'>()];
const near = (t: Tensor, wanted: number[], tolerance = 1e-5): void => {
  const actual = values(t);
  expect(actual.length).toBe(wanted.length);
  actual.forEach((v, i) => {
    const w = wanted[i]!;
    if (Number.isFinite(w))
      expect(Math.abs(v - w)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(w)));
    else expect(v).toBe(w);
  });
};

/** Kernel by kernel: the function that it computes, on odd sizes, scalars, empty tensors and NaN. */
export function testKernels(): void {
  describe('elementwise functions', () => {
    const inputs = [-2.5, -1, -0.3, 0, 0.4, 1, 3.7];
    it.each<[string, (x: Tensor) => Tensor, (x: number) => number]>([
      ['abs', tf.abs, Math.abs],
      ['exp', tf.exp, Math.exp],
      ['neg', tf.neg, (x) => -x],
      ['relu', tf.relu, (x) => Math.max(x, 0)],
      ['sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
      ['sign', tf.sign, Math.sign],
      ['square', tf.square, (x) => x * x],
      ['step', (x) => tf.step(x), (x) => (x > 0 ? 1 : 0)],
      ['tanh', tf.tanh, Math.tanh],
      ['floor', tf.floor, Math.floor],
      ['log of |x|', (x) => tf.log(tf.abs(x)), (x) => Math.log(Math.abs(x))],
      ['sqrt of |x|', (x) => tf.sqrt(tf.abs(x)), (x) => Math.sqrt(Math.abs(x))],
      ['clip', (x) => tf.clipByValue(x, -1, 0.5), (x) => Math.min(0.5, Math.max(-1, x))],
    ])('%s', (_, f, wanted) => {
      near(
        f(tf.tensor1d(inputs)),
        inputs.map((x) => wanted(Math.fround(x))),
      );
      expect(f(tf.scalar(0.4)).shape).toEqual([]);
      expect(values(f(tf.tensor2d([], [0, 3])))).toEqual([]);
    });

    it('let NaN through', () => {
      for (const f of [tf.exp, tf.abs, tf.neg, tf.relu, tf.sqrt, tf.log, tf.square])
        expect(values(f(tf.scalar(NaN)))).toEqual([NaN]);
    });
  });

  describe('arithmetic and comparison', () => {
    const a = tf.util.createShuffledIndices(6).map((x) => x - 2.5);
    it.each<[string, (x: Tensor, y: Tensor) => Tensor, (x: number, y: number) => number]>([
      ['add', tf.add, (x, y) => x + y],
      ['sub', tf.sub, (x, y) => x - y],
      ['mul', tf.mul, (x, y) => x * y],
      ['div', tf.div, (x, y) => x / y],
      ['maximum', tf.maximum, Math.max],
      ['minimum', tf.minimum, Math.min],
      ['squaredDifference', tf.squaredDifference, (x, y) => (x - y) ** 2],
      ['greater', tf.greater, (x, y) => Number(x > y)],
      ['lessEqual', tf.lessEqual, (x, y) => Number(x <= y)],
      ['equal', tf.equal, (x, y) => Number(x === y)],
    ])('%s broadcasts', (_, f, wanted) => {
      const x = tf.tensor3d([...a], [3, 1, 2]);
      const y = tf.tensor2d([1, -0.5, 2, 0.25, -3, 4, 0.5, 8], [4, 2]);
      const ys = values(y);
      const all: number[] = [];
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 4; j++)
          for (let k = 0; k < 2; k++) all.push(wanted(a[2 * i + k]!, ys[2 * j + k]!));
      const result = f(x, y);
      expect(result.shape).toEqual([3, 4, 2]);
      near(result, all);
    });

    it('keeps whole numbers whole, and compares to booleans', () => {
      const x = tf.tensor1d([7, -7, 2], 'int32');
      expect(tf.add(x, tf.scalar(1, 'int32')).dtype).toBe('int32');
      expect(tf.greater(x, tf.scalar(0, 'int32')).dtype).toBe('bool');
      expect(values(tf.cast(tf.tensor1d([1.9, -1.9, 0]), 'int32'))).toEqual([1, -1, 0]);
      expect(values(tf.cast(tf.tensor1d([true, false]), 'float32'))).toEqual([1, 0]);
    });
  });

  describe('reductions', () => {
    const x = (): tf.Tensor3D =>
      tf.tensor3d(
        Array.from({ length: 30 }, (_, i) => i),
        [2, 3, 5],
      );
    it('sum, mean, max and min along any axes', () => {
      near(tf.sum(x()), [435]);
      near(tf.sum(x(), [0, 2]), [95, 145, 195]);
      near(tf.mean(x(), 1), [5, 6, 7, 8, 9, 20, 21, 22, 23, 24]);
      near(tf.max(x(), -1), [4, 9, 14, 19, 24, 29]);
      near(tf.min(x(), [1, 2]), [0, 15]);
      expect(tf.sum(x(), 1, true).shape).toEqual([2, 1, 5]);
    });
    it('an empty sum is 0, a maximum with NaN is NaN', () => {
      near(tf.sum(tf.tensor2d([], [0, 3]), 0), [0, 0, 0]);
      expect(values(tf.max(tf.tensor1d([1, NaN, 3])))).toEqual([NaN]);
    });
    it('argMax gives the first place, as int32', () => {
      const places = tf.argMax(
        tf.tensor2d([
          [1, 9, 3],
          [4, 4, 2],
        ]),
        1,
      );
      expect([places.dtype, ...values(places)]).toEqual(['int32', 1, 0]);
    });
    it('all and any', () => {
      const flags = tf.tensor2d(
        [
          [1, 1],
          [0, 1],
        ],
        [2, 2],
        'bool',
      );
      expect(values(tf.all(flags, 1))).toEqual([1, 0]);
      expect(values(tf.any(flags))).toEqual([1]);
    });
  });

  describe('shapes', () => {
    const x = (): tf.Tensor2D => tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    it.each<[string, () => Tensor, number[], number[]]>([
      ['transpose', () => tf.transpose(x()), [3, 2], [1, 4, 2, 5, 3, 6]],
      ['reshape of a transpose', () => tf.reshape(tf.transpose(x()), [6]), [6], [1, 4, 2, 5, 3, 6]],
      ['slice', () => tf.slice(x(), [0, 1], [2, 2]), [2, 2], [2, 3, 5, 6]],
      [
        'concat',
        () => tf.concat([x(), tf.tensor2d([[7], [8]])], 1),
        [2, 4],
        [1, 2, 3, 7, 4, 5, 6, 8],
      ],
      ['stack', () => tf.stack([tf.scalar(1), tf.scalar(2)]), [2], [1, 2]],
      ['unstack', () => tf.unstack(x())[1]!, [3], [4, 5, 6]],
      ['split', () => tf.split(x(), [1, 2], 1)[1]!, [2, 2], [2, 3, 5, 6]],
      ['tile', () => tf.tile(tf.tensor1d([1, 2]), [2]), [4], [1, 2, 1, 2]],
      ['pad', () => tf.pad(tf.tensor1d([1, 2]), [[1, 2]], 9), [5], [9, 1, 2, 9, 9]],
      ['reverse', () => tf.reverse(x(), 1), [2, 3], [3, 2, 1, 6, 5, 4]],
      ['gather', () => tf.gather(x(), tf.tensor1d([1, 1], 'int32'), 0), [2, 3], [4, 5, 6, 4, 5, 6]],
      ['gather of columns', () => tf.gather(x(), [2, 0], 1), [2, 2], [3, 1, 6, 4]],
      ['oneHot', () => tf.oneHot(tf.tensor1d([1, 0], 'int32'), 3), [2, 3], [0, 1, 0, 1, 0, 0]],
      ['where', () => tf.where(tf.tensor1d([true, false]), [1, 2], [3, 4]), [2], [1, 4]],
      ['broadcastTo', () => tf.broadcastTo(tf.tensor1d([1, 2]), [2, 2]), [2, 2], [1, 2, 1, 2]],
      ['cumsum', () => tf.cumsum(tf.tensor1d([1, 2, 3]), 0, true), [3], [0, 1, 3]],
      ['fill', () => tf.fill([2], 3), [2], [3, 3]],
      ['range', () => tf.range(2, 8, 3), [2], [2, 5]],
      ['topk', () => tf.topk(tf.tensor1d([3, 9, 1, 7]), 2).indices, [2], [1, 3]],
    ])('%s', (_, f, shape, wanted) => {
      const result = f();
      expect(result.shape).toEqual(shape);
      expect(values(result)).toEqual(wanted);
    });
  });

  describe('matMul', () => {
    it.each([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])('transposed %s, %s', (ta, tb) => {
      const A = [
        [1, 2, 3],
        [4, 5, 6],
      ];
      const B = [
        [1, -1],
        [2, 0],
        [0, 3],
      ];
      const turn = (m: number[][]): number[][] => m[0]!.map((_, j) => m.map((row) => row[j]!));
      const product = tf.matMul(
        tf.tensor2d(ta ? turn(A) : A),
        tf.tensor2d(tb ? turn(B) : B),
        ta,
        tb,
      );
      near(product, [5, 8, 14, 14]);
    });
  });

  describe('an operation that cannot be run', () => {
    it('throws and leaves the engine usable', () => {
      const wrong = (): Tensor => tf.engine().runKernel('NoSuchKernel', { x: tf.scalar(1) });
      expect(wrong).toThrow(/NoSuchKernel/);
      near(tf.add(1, 2), [3]);
    });
  });
}
