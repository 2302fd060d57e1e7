import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  eachTime,
  hostTensor,
  listEngines,
  startEngine,
  type Engine,
} from '../../../../src/shared/engine/index.js';
import type { LibtorchBackend } from '../../../../src/shared/engine/libtorch/backend.js';
import { Recording } from '../../../../src/shared/engine/libtorch/ffi/recording.js';
import { shotSteps } from './shot-steps.js';
import { StandIn } from './stand-in.js';

const present = listEngines().some(({ engine }) => engine === 'libtorch');
if (!present) console.warn('no LibTorch here: graphs are not tested');

const CALLS = 12;

describe.skipIf(!present)('a graph of what is replayed', () => {
  let engine: Engine;
  const backend = (): LibtorchBackend => tf.backend() as unknown as LibtorchBackend;
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  beforeAll(async () => {
    engine = await startEngine({ engine: 'libtorch', device: 'cpu', threads: 2 });
    backend().zero(); // made once
  });
  afterEach(() => {
    backend().torch.graphs = undefined;
    warnings.mockClear();
  });

  /** y = x · state + drawn, of which state grows by x each time. */
  const series = (graphs: StandIn, state: Variable): { values: number[]; done: number } => {
    const { torch } = backend();
    torch.graphs = graphs;
    let [drawn, done] = [0, 0];
    const repeater = engine.ops.repeater(() => [state]);
    const compute = (x: Tensor): Tensor[] => {
      eachTime(() => done++);
      const noise = hostTensor(() => Float32Array.of(++drawn), [1]);
      const y = tf.add(tf.mul(x, state), noise);
      const { handle } = backend().data(state);
      const grown = backend().data(x).handle;
      torch.directVoid('grow', (_, a, b) => torch.api.copy(a, b, 0), handle, grown);
      return [y];
    };
    const values = Array.from({ length: CALLS }, (_, i) =>
      tf.tidy(() => {
        const x = tf.tensor1d([i + 1]);
        return repeater.run([x], () => compute(x))[0]!.dataSync()[0]!;
      }),
    );
    repeater.dispose();
    return { values, done };
  };
  const variable = (): Variable => {
    const state = tf.variable(tf.tensor1d([1]), false);
    state.assign(tf.tensor1d([0]));
    return state;
  };
  // State holds the x of the call before, noise counts the calls.
  const expected = Array.from({ length: CALLS }, (_, i) => (i + 1) * i + i + 1);
  const handles = (state: Variable) => () => [backend().data(state).handle];

  it('gives what calling gives: inputs, draws, state and effects of each time', () => {
    const state = variable();
    const before = backend().torch.live;
    const graphs = new StandIn(backend().torch, handles(state));
    expect(series(graphs, state)).toEqual({ values: expected, done: CALLS });
    expect(state.dataSync()[0]).toBe(CALLS);
    // Of twelve calls one is called, two are recorded, one warms up.
    expect(graphs.launches).toBe(CALLS - 4);
    expect([graphs.graphs, backend().torch.live]).toEqual([0, before]);
    expect(warnings).not.toHaveBeenCalled();
    state.dispose();
  });

  class Stale extends StandIn {
    protected override launch(): void {
      // leaves what was there
    }
  }
  class FirstInputs extends StandIn {
    private kept: Float32Array | undefined;
    protected override launch(outputs: bigint[], work: () => bigint[]): void {
      super.launch(outputs, work);
      const [handle] = outputs;
      const at = backend().adopt(backend().torch.share(handle!), [1], 'float32');
      this.kept ??= at.dataSync() as Float32Array;
      const first = backend().torch.scope(() =>
        backend().torch.take(backend().upload(this.kept!, [1], 'float32')),
      );
      this.write([handle!], [first]);
      backend().torch.take(backend().data(at).handle);
      at.dispose();
    }
  }
  class Failing extends StandIn {
    override capture(): never {
      throw new Error('this operator cannot be recorded');
    }
  }

  it.each([
    ['does nothing', Stale, 1, 'a graph did not do what its steps do'],
    ['keeps to the first inputs', FirstInputs, 2, 'a graph did not do what its steps do'],
    ['cannot be made', Failing, 0, 'this operator cannot be recorded'],
  ])('that %s is found out, named and never used', (_, Kind, launches, why) => {
    const state = variable();
    const before = backend().torch.live;
    const graphs = new Kind(backend().torch, handles(state));
    expect(series(graphs, state)).toEqual({ values: expected, done: CALLS });
    expect([graphs.launches, graphs.graphs]).toEqual([launches, 0]);
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(warnings.mock.calls[0]![0]).toContain(why);
    expect(backend().torch.live).toBe(before);
    state.dispose();
  });

  it('takes the very steps of SHOT that replaying takes, and leaves nothing behind', async () => {
    const replayed = await shotSteps(engine.ops);
    const before = backend().torch.live;
    const replays = vi.spyOn(Recording.prototype, 'replay');
    const written = () =>
      (replays.mock.contexts.at(-1) as Recording).outside.map(({ handle }) => handle);
    const graphs = new StandIn(backend().torch, written);
    backend().torch.graphs = graphs;
    expect(await shotSteps(engine.ops)).toEqual(replayed);
    expect(graphs.launches).toBeGreaterThan(0);
    expect([graphs.graphs, backend().torch.live]).toEqual([0, before]);
    expect(warnings).not.toHaveBeenCalled();
  });
});
