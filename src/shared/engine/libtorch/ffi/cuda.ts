import { FedshotError } from '../../../errors.js';
import type { Dispatcher } from './dispatcher.js';
import type { Graph, Graphs } from './graph.js';
import type { Pointer } from './library.js';

type Out = BigUint64Array;

/** LibTorch's streams and the part of CUDA's runtime that records them; every `int` is an error code. */
export interface CudaApi {
  currentStream(device: number, out: Out): number;
  streamFromPool(highPriority: boolean, device: number, out: Out): number;
  setStream(stream: Pointer, device: number): number;
  synchronize(stream: Pointer, device: number): number;
  beginCapture(stream: Pointer, mode: number): number;
  endCapture(stream: Pointer, out: Out): number;
  instantiate(out: Out, graph: Pointer, flags: bigint): number;
  launch(graph: Pointer, stream: Pointer): number;
  destroyGraph(graph: Pointer): number;
  destroyExecutable(graph: Pointer): number;
  /** Takes back the last error, which would otherwise be reported by whatever is called next. */
  lastError(): number;
  errorName(code: number): string;
  memory(free: Out, total: Out): number;
}

/** `undefined` where the runtime's functions cannot be found behind LibTorch's. */
export function bindCuda(bind: (prototype: string) => unknown): CudaApi | undefined {
  try {
    return {
      currentStream: bind('int aoti_torch_get_current_cuda_stream(int32_t device, void *out)'),
      streamFromPool: bind(
        'int torch_get_cuda_stream_from_pool(bool high, int32_t device, void *out)',
      ),
      setStream: bind('int torch_set_current_cuda_stream(uintptr_t stream, int32_t device)'),
      synchronize: bind('int torch_cuda_stream_synchronize(uintptr_t stream, int32_t device)'),
      beginCapture: bind('int cudaStreamBeginCapture(uintptr_t stream, int mode)'),
      endCapture: bind('int cudaStreamEndCapture(uintptr_t stream, void *out)'),
      instantiate: bind(
        'int cudaGraphInstantiateWithFlags(void *out, uintptr_t graph, uint64_t flags)',
      ),
      launch: bind('int cudaGraphLaunch(uintptr_t graph, uintptr_t stream)'),
      destroyGraph: bind('int cudaGraphDestroy(uintptr_t graph)'),
      destroyExecutable: bind('int cudaGraphExecDestroy(uintptr_t graph)'),
      lastError: bind('int cudaGetLastError()'),
      errorName: bind('const char *cudaGetErrorString(int code)'),
      memory: bind('int cudaMemGetInfo(void *free, void *total)'),
    } as CudaApi;
  } catch {
    return undefined;
  }
}

/** `cudaStreamCaptureModeRelaxed`: LibTorch's allocator may ask for memory while it is recorded. */
const RELAXED = 2;

/** Of the card's memory, what has to be free for a graph to be made. */
const FREE = 0.1;

/**
 * CUDA graphs through CUDA's own runtime, on a stream of LibTorch's pool that nothing else uses: the
 * allocator lends what a recording has given back to none but its own stream, so what a graph writes
 * to belongs to nobody else. It would return such memory to the card where that runs out; hence
 * no graph is made on a card that is nearly full.
 */
export class CudaGraphs implements Graphs {
  private side: Pointer | undefined;

  constructor(
    private readonly torch: Dispatcher,
    private readonly cuda: CudaApi,
    private readonly device = 0,
  ) {}

  apart<T>(work: () => T): T {
    const { cuda, device, torch } = this;
    const main = this.current();
    const side = (this.side ??= torch.query((out) => cuda.streamFromPool(false, device, out)));
    torch.check(cuda.synchronize(main, device), 'wait for the device');
    torch.check(cuda.setStream(side, device), 'change the stream');
    try {
      const result = work();
      torch.check(cuda.synchronize(side, device), 'wait for the device');
      return result;
    } finally {
      torch.check(cuda.setStream(main, device), 'change the stream');
    }
  }

  capture(work: () => Pointer[]): Graph {
    const { cuda, torch } = this;
    const [free, total] = [new BigUint64Array(1), new BigUint64Array(1)];
    this.check(cuda.memory(free, total), 'cudaMemGetInfo');
    if (Number(free[0]) < FREE * Number(total[0]))
      throw new FedshotError('engine', 'the GPU has less than a tenth of its memory left');
    const [outputs, executable] = this.apart(() => this.record(work));
    return {
      outputs,
      launch: () => this.check(cuda.launch(executable, this.current()), 'cudaGraphLaunch'),
      destroy: () => {
        cuda.destroyExecutable(executable);
        for (const handle of outputs) torch.free(handle);
      },
    };
  }

  private record(work: () => Pointer[]): [outputs: Pointer[], executable: Pointer] {
    const { cuda, torch, side } = this;
    const [graph, executable] = [new BigUint64Array(1), new BigUint64Array(1)];
    let outputs: Pointer[] = [];
    let open = false;
    try {
      this.check(cuda.beginCapture(side!, RELAXED), 'cudaStreamBeginCapture');
      open = true;
      outputs = work();
      open = false;
      this.check(cuda.endCapture(side!, graph), 'cudaStreamEndCapture');
      this.check(cuda.instantiate(executable, graph[0]!, 0n), 'cudaGraphInstantiate');
      return [outputs, executable[0]!];
    } catch (error) {
      // A stream that is being recorded does nothing else.
      if (open) cuda.endCapture(side!, graph);
      cuda.lastError();
      for (const handle of outputs) torch.free(handle);
      throw error;
    } finally {
      if (graph[0]) cuda.destroyGraph(graph[0]);
    }
  }

  private current(): Pointer {
    return this.torch.query((out) => this.cuda.currentStream(this.device, out));
  }

  private check(code: number, what: string): void {
    if (code === 0) return;
    this.cuda.lastError();
    throw new FedshotError('engine', `${what}: ${this.cuda.errorName(code)}`);
  }
}
