import { FedshotError } from '../../../errors.js';
import type { CudaApi, Pointer } from './abi.js';
import type { Dispatcher } from './dispatcher.js';
import type { Graph, Graphs } from './graphs.js';

/** `cudaStreamCaptureModeRelaxed`: LibTorch's allocator may ask for memory while it is recorded. */
const RELAXED = 2;

/** Of the card's memory, what has to be free for a graph to be made. */
const FREE = 0.1;

/**
 * CUDA graphs through CUDA's own runtime, on a stream of LibTorch's pool that nothing else uses: the
 * allocator lends what a recording has given back to none but its own stream, so what a graph writes
 * to is used by nothing else. It would return such memory to the card where that runs out; hence
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
