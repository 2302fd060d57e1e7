import type { Graph, Graphs } from '../../../../src/shared/engine/libtorch/ffi/graphs.js';
import type { Dispatcher } from '../../../../src/shared/engine/libtorch/ffi/dispatcher.js';
import type { Pointer } from '../../../../src/shared/engine/libtorch/ffi/abi.js';

/**
 * Graphs without a GPU: a launch does the work again from and to the same memory, as a graph would.
 * Recording does nothing to `state`, the tensors that the work writes to.
 */
export class StandIn implements Graphs {
  launches = 0;
  graphs = 0;

  constructor(
    private readonly torch: Dispatcher,
    private readonly state: () => Pointer[] = () => [],
  ) {}

  apart<T>(work: () => T): T {
    return work();
  }

  capture(work: () => Pointer[]): Graph {
    const { torch } = this;
    const state = this.state();
    const before = state.map((handle) =>
      torch.scope(() => torch.take(torch.call('aten::clone', handle, null))),
    );
    const outputs = work();
    this.write(state, before);
    this.graphs++;
    return {
      outputs,
      launch: () => {
        this.launches++;
        this.launch(outputs, work);
      },
      destroy: () => {
        this.graphs--;
        for (const handle of outputs) torch.free(handle);
      },
    };
  }

  protected launch(outputs: Pointer[], work: () => Pointer[]): void {
    this.write(outputs, work());
  }

  /** Writes to memory that is there, and frees what is written. */
  protected write(targets: Pointer[], sources: Pointer[]): void {
    targets.forEach((target, i) => this.torch.api.copy(target, sources[i]!, 0));
    for (const handle of sources) this.torch.free(handle);
  }
}
