/** What the suites of an engine's layers have in common: numbers to put in, and how results are held. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Ops } from '../../../../src/shared/engine/index.js';
import { random } from '../../../../src/shared/random.js';
import { image } from '../reference.js';
import type { Image } from '../reference.js';

/** The layers that are tested: those of the engine that was given last. */
export let ops: Ops;
/** Sets the engine whose layers are tested; call before the tests run. */
export const useOps = (given: Ops): void => {
  ops = given;
};

export const stream = random('ops.test');
export const draw = (shape: Image['shape']): Image =>
  image(shape, () => Math.fround(stream.normal()));
export const numbers = (n: number): number[] => Array.from({ length: n }, () => stream.normal());
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the rank
export const tensor = <T extends Tensor>({ shape, data }: Image): T =>
  tf.tensor(Float32Array.from(data), shape) as T;
/** What an activation holds, in PyTorch's order. */
export const flat = (x: Tensor4D): Float32Array => ops.flatten(x).dataSync<'float32'>();

export function expectClose(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance = 1e-4,
): void {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < actual.length; i++) {
    const off = Math.abs(actual[i]! - wanted[i]!);
    if (!(off <= tolerance * (1 + Math.abs(wanted[i]!))))
      expect.fail(`element ${i}: ${actual[i]} is not ${wanted[i]}`);
  }
}

/**
 * Compares the gradients of Σ r·f(inputs), r fixed and random, with central differences taken along
 * random directions: ⟨∇, d⟩ = (F(x + εd) − F(x − εd)) / 2ε.
 */
export function expectGradients(
  f: (...xs: Tensor[]) => Tensor,
  inputs: Tensor[],
  tolerance = 2e-2,
): void {
  const weights = tf.tidy(() => {
    const y = f(...inputs);
    return tf.tensor(
      Float32Array.from({ length: y.size }, () => stream.normal()),
      y.shape,
    );
  });
  const F = (...xs: Tensor[]): tf.Scalar => tf.sum(tf.mul(f(...xs), weights));
  const grads = tf.grads(F)(inputs);
  inputs.forEach((input, k) => {
    const d = tf.tensor(
      Float32Array.from({ length: input.size }, () => stream.normal()),
      input.shape,
    );
    const along = tf.sum(tf.mul(grads[k]!, d)).dataSync()[0]!;
    const step = 1e-2 / Math.sqrt(input.size);
    const moved = (sign: number): number => {
      const xs = inputs.map((x, i) => (i === k ? tf.add(x, tf.mul(d, sign * step)) : x));
      return F(...xs).dataSync()[0]!;
    };
    const difference = (moved(1) - moved(-1)) / (2 * step);
    expect(Math.abs(along - difference)).toBeLessThan(tolerance * (1 + Math.abs(difference)));
  });
}
