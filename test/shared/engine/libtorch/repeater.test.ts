import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  eachTime,
  hostTensor,
  listEngines,
  startEngine,
} from '../../../../src/shared/engine/index.js';
import type { Ops } from '../../../../src/shared/engine/index.js';
import { Recording } from '../../../../src/shared/engine/libtorch/ffi/recording.js';
import type { LibtorchBackend } from '../../../../src/shared/engine/libtorch/backend.js';
import { shotSteps } from './shot-steps.js';

const present = listEngines().some(({ engine }) => engine === 'libtorch');
if (!present) console.warn('no LibTorch here: replaying is not tested');

describe.skipIf(!present)('a LibTorch repeater', () => {
  let ops: Ops;
  const replays = vi.spyOn(Recording.prototype, 'replay');
  const live = (): number => (tf.backend() as unknown as LibtorchBackend).torch.live;
  const row = (i: number): Tensor => tf.tensor1d([i, i + 1]);
  beforeAll(async () => {
    ({ ops } = await startEngine({ engine: 'libtorch', threads: 2 }));
  });
  afterEach(() => replays.mockClear());

  const after = (y: Tensor, then: (y: Tensor) => Tensor): Tensor => then(y);

  /** Calls it eight times with [i, i + 1] and gives what came out. */
  const series = (compute: (x: Tensor, i: number) => Tensor, constants: Tensor[] = []) =>
    tf.tidy(() => {
      const repeater = ops.repeater(() => constants);
      const values = Array.from({ length: 8 }, (_, i) => {
        const x = row(i);
        return [...repeater.run([x], () => [compute(x, i)])[0]!.dataSync()];
      });
      repeater.dispose();
      return values;
    });

  it('replays what was done twice alike, on the inputs of each time', () => {
    expect(series((x) => tf.mul(tf.add(x, 3), x))).toEqual(
      Array.from({ length: 8 }, (_, i) => [(i + 3) * i, (i + 4) * (i + 1)]),
    );
    expect(replays).toHaveBeenCalledTimes(5);
  });

  it.each<[string, (x: Tensor) => Tensor, (v: number) => number]>([
    [
      'an operator takes twice',
      (x) => after(tf.add(x, 1), (y) => tf.mul(y, y)),
      (v) => (v + 1) ** 2,
    ],
    [
      'several take',
      (x) => after(tf.relu(x), (y) => tf.add(tf.mul(y, 3), tf.sub(tf.neg(y), y))),
      (v) => v,
    ],
    [
      'a view shares',
      (x) => after(tf.add(x, 1), (y) => tf.add(tf.reshape(y, [2]), y)),
      (v) => 2 * v + 2,
    ],
    ['nobody takes', (x) => after(tf.exp(x), () => tf.add(x, 1)), (v) => v + 1],
    ['stands in a list', (x) => tf.sum(tf.stack([tf.neg(x), x, x]), 0), (v) => v],
    ['is the same each time', () => tf.tensor1d([3, 4]), (v) => v],
  ])('lets go of a tensor that %s, and of no other', (what, compute, value) => {
    const before = live();
    const values = series(compute);
    expect(values).toEqual(
      Array.from({ length: 8 }, (_, i) =>
        what === 'is the same each time' ? [3, 4] : [value(i), value(i + 1)],
      ),
    );
    expect(replays).toHaveBeenCalledTimes(5);
    expect(live()).toBe(before);
  });

  it('draws host tensors anew, and does what is to be done each time', () => {
    let drawn = 0;
    let done = 0;
    const values = series((x) => {
      eachTime(() => done++);
      return tf.add(
        tf.mul(x, 0),
        hostTensor(() => Float32Array.of(++drawn, 0), [2]),
      );
    });
    expect(values.map(([first]) => first)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([done, replays.mock.calls.length]).toEqual([8, 5]);
  });

  it('records again once a declared variable has got other memory', () => {
    const variable: Variable = tf.variable(tf.tensor1d([1, 1]));
    const compute = (x: Tensor, i: number): Tensor => {
      if (i === -1) return x;
      return tf.add(x, variable);
    };
    const repeater = ops.repeater(() => [variable]);
    const first = Array.from({ length: 10 }, (_, i) =>
      tf.tidy(() => {
        if (i === 5) variable.assign(tf.tensor1d([100, 100]));
        const x = row(i);
        return repeater.run([x], () => [compute(x, i)])[0]!.dataSync()[0];
      }),
    );
    expect(first).toEqual([1, 2, 3, 4, 5, 105, 106, 107, 108, 109]);
    expect(replays.mock.calls.length).toBeGreaterThan(2);
    repeater.dispose();
    variable.dispose();
  });

  it.each<[string, (x: Tensor, i: number, other: Tensor) => Tensor]>([
    ['uses a tensor that it was not given', (x, _, other) => tf.add(x, other)],
    ['reads values', (x) => tf.add(x, x.dataSync()[0]!)],
    ['holds a number that changes', (x, i) => tf.add(x, i * i)],
    ['returns an input', (x) => x],
  ])('never replays a computation that %s', (_, compute) => {
    tf.tidy(() => {
      const other = tf.tensor1d([7, 7]);
      const called = Array.from({ length: 8 }, (__, i) => [
        ...compute(row(i), i, other).dataSync(),
      ]);
      expect(series((x, i) => compute(x, i, other))).toEqual(called);
    });
    expect(replays).not.toHaveBeenCalled();
  });

  it('keeps apart inputs of other shapes', () => {
    const repeater = ops.repeater(() => []);
    const sums = tf.tidy(() =>
      Array.from({ length: 12 }, (_, i) => {
        const x = tf.ones([i % 2 ? 3 : 5]);
        return repeater.run([x], () => [tf.sum(x)])[0]!.dataSync()[0];
      }),
    );
    expect(sums).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 ? 3 : 5)));
    repeater.dispose();
  });

  it('takes the very steps of SHOT that calling takes, and leaves nothing behind', async () => {
    const repeater = () => ({
      run: (_: Tensor[], f: () => Tensor[]) => f(),
      dispose: () => undefined,
    });
    const called = await shotSteps({ ...ops, repeater });
    const before = [live(), tf.memory().numTensors];
    expect(replays).not.toHaveBeenCalled();
    expect(await shotSteps(ops)).toEqual(called);
    expect(replays.mock.calls.length).toBe(8);
    expect([live(), tf.memory().numTensors]).toEqual(before);
  });
});
