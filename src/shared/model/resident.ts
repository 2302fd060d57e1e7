import { slice, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from '../engine/ops.js';
import { FedshotError } from '../errors.js';
import type { InputSpec } from '../preprocessing/input.js';
import { indexTensor, inOrder } from './batches.js';
import { lookBatch, type Drawn, type Look, type Samples, type StepViews } from './samples.js';
import { makeViews, nearbyViews, stepViews } from './views.js';

/** Normalised values of which nothing is known but their shape. */
export interface BareValues {
  readonly kind: 'values';
  readonly shape: readonly number[];
}

/** Samples that are held in memory: on the engine from their first use until `dispose`. */
export class ResidentSamples implements Samples {
  readonly shape: readonly number[];
  readonly count: number;
  #all: Tensor | undefined;

  /**
   * @param x `count × product(input.shape)` values, normalised
   * @param input the contract; of bare values their shape is enough, but they have no views
   */
  constructor(
    private readonly x: Float32Array,
    private readonly input: InputSpec | BareValues,
    private readonly ops: Ops,
  ) {
    this.shape = input.shape;
    this.count = x.length / this.width;
  }

  private get width(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }

  private get contract(): InputSpec {
    if (this.input.kind !== 'values') return this.input;
    throw new FedshotError('internal', 'bare values have no views');
  }

  private get all(): Tensor {
    return (this.#all ??= this.tensorOf(this.x, this.count));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- others read while they yield
  async *look(index?: Int32Array): AsyncGenerator<Look> {
    const n = index?.length ?? this.count;
    const size = lookBatch(this.shape);
    const { all } = this;
    for (let at = 0; at < n; at += size) {
      const end = Math.min(n, at + size);
      const x = index ? this.rows(index.subarray(at, end)) : slice(all, [at], [end - at]);
      yield { x, kept: inOrder(end - at).map((i) => at + i) };
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- others read while they yield
  async *steps(steps: readonly Drawn[], how: StepViews, more = 0): AsyncGenerator<Tensor[]> {
    const changed = how === 'none' ? undefined : stepViews(how, this.x, this.contract);
    const moved = more > 0 ? makeViews(this.x, this.contract) : undefined;
    for (const { index, random } of steps) {
      const n = index.length;
      const x = changed
        ? this.tensorOf(changed(index, random.fork('augment')), n)
        : this.rows(index);
      const views = moved
        ? Array.from({ length: more }, (_, i) => {
            const stream = i === 0 ? random.fork('view') : random.fork('view', i);
            return this.tensorOf(moved(index, stream), n);
          })
        : [];
      yield [x, ...views];
    }
  }

  only(index: Int32Array): Samples {
    return new ResidentSamples(this.host(index), this.input, this.ops);
  }

  nearby(): Samples {
    return new ResidentSamples(nearbyViews(this.x, this.contract), this.input, this.ops);
  }

  values(index?: Int32Array): Promise<Float32Array> {
    return Promise.resolve(index ? this.host(index) : this.x);
  }

  dispose(): void {
    this.#all?.dispose();
    this.#all = undefined;
  }

  private rows(index: Int32Array): Tensor {
    const { all } = this; // made outside of the tidy, which would free it
    return tidy(() => this.ops.gatherRows(all, indexTensor(index)));
  }

  private host(index: Int32Array): Float32Array {
    const { width } = this;
    const values = new Float32Array(index.length * width);
    index.forEach((from, to) =>
      values.set(this.x.subarray(from * width, (from + 1) * width), to * width),
    );
    return values;
  }

  private tensorOf(values: Float32Array, n: number): Tensor {
    return tensor(values, [n, ...this.shape]);
  }
}
