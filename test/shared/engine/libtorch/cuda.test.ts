import { describe, expect, it } from 'vitest';
import { CudaGraphs } from '../../../../src/shared/engine/libtorch/ffi/cuda.js';
import { Dispatcher } from '../../../../src/shared/engine/libtorch/ffi/dispatcher.js';
import type { CApi, CudaApi } from '../../../../src/shared/engine/libtorch/ffi/abi.js';

const MAIN = 0n; // CUDA's default stream
const SIDE = 7n;

/** CUDA's functions in name only: notes what is called, and fails where it is told to. */
function runtime(failing?: keyof CudaApi, full = false) {
  const calls: string[] = [];
  const freed: bigint[] = [];
  let stream = MAIN;
  const call = (name: keyof CudaApi, what = ''): number => {
    calls.push(`${name} ${what}`.trim());
    return name === failing ? 900 : 0;
  };
  const give = (out: BigUint64Array, value: bigint, code: number): number => {
    out[0] = value;
    return code;
  };
  const cuda: CudaApi = {
    currentStream: (_, out) => give(out, stream, 0),
    streamFromPool: (_, __, out) => give(out, SIDE, call('streamFromPool')),
    setStream: (to) => {
      stream = to;
      return call('setStream', String(to));
    },
    synchronize: (which) => call('synchronize', String(which)),
    beginCapture: (which, mode) => call('beginCapture', `${which} ${mode}`),
    endCapture: (which, out) => give(out, 21n, call('endCapture', String(which))),
    instantiate: (out, graph) => give(out, 22n, call('instantiate', String(graph))),
    launch: (graph, on) => call('launch', `${graph} ${on}`),
    destroyGraph: (graph) => call('destroyGraph', String(graph)),
    destroyExecutable: (graph) => call('destroyExecutable', String(graph)),
    lastError: () => call('lastError'),
    errorName: (code) => `error ${code}`,
    memory: (free, total) => give(total, 100n, give(free, full ? 9n : 50n, 0)),
  };
  const api = {
    abiVersion: () => 0n,
    deleteHandle: (handle: bigint) => freed.push(handle),
    lastError: () => 'LibTorch says no',
  } as unknown as CApi;
  const torch = new Dispatcher(api);
  return { graphs: new CudaGraphs(torch, cuda), calls, freed, stream: () => stream };
}

describe('CUDA graphs', () => {
  it('are recorded on a stream of their own and launched on that of all else', () => {
    const { graphs, calls, freed, stream } = runtime();
    const graph = graphs.capture(() => {
      expect(stream()).toBe(SIDE);
      calls.push('work');
      return [5n];
    });
    graph.launch();
    graph.destroy();
    expect(calls).toEqual([
      ...['streamFromPool', 'synchronize 0', 'setStream 7', 'beginCapture 7 2', 'work'],
      ...['endCapture 7', 'instantiate 21', 'destroyGraph 21', 'synchronize 7', 'setStream 0'],
      ...['launch 22 0', 'destroyExecutable 22'],
    ]);
    expect([graph.outputs, freed]).toEqual([[5n], [5n]]);
  });

  it.each<[keyof CudaApi, RegExp]>([
    ['beginCapture', /cudaStreamBeginCapture: error 900/],
    ['endCapture', /cudaStreamEndCapture: error 900/],
    ['instantiate', /cudaGraphInstantiate: error 900/],
    ['streamFromPool', /LibTorch says no/],
  ])('are refused when %s fails: the stream is set back, nothing is left', (name, message) => {
    const { graphs, freed, stream } = runtime(name);
    const worked: bigint[] = [];
    expect(() =>
      graphs.capture(() => {
        worked.push(5n);
        return [5n];
      }),
    ).toThrow(message);
    expect(stream()).toBe(MAIN);
    expect(freed).toEqual(worked);
  });

  it('are refused when the work cannot be recorded, and the recording ends', () => {
    const { graphs, calls, stream } = runtime();
    expect(() =>
      graphs.capture(() => {
        throw new Error('not while capturing');
      }),
    ).toThrow('not while capturing');
    expect(calls).toContain('endCapture 7');
    expect(stream()).toBe(MAIN);
  });

  it('are refused on a card that is nearly full', () => {
    expect(() => runtime(undefined, true).graphs.capture(() => [])).toThrow(/memory left/);
  });

  it('say so when a launch fails', () => {
    const { graphs } = runtime('launch');
    const graph = graphs.capture(() => [5n]);
    expect(() => graph.launch()).toThrow('cudaGraphLaunch: error 900');
  });
});
