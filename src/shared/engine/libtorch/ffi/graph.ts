import type { Pointer } from './abi.js';
import type { Dispatcher } from './dispatcher.js';
import type { Graph, Graphs } from './graphs.js';
import type { Replay } from './replay.js';
import type { Recorded } from './steps.js';

/** Launches that have to agree with a replay before a graph is relied on. */
const TRIALS = 2;

/** A graph may differ from a replay by what the order of additions does (cuDNN's is not fixed). */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-6;

/**
 * A replay as one graph. Its inputs are copied to where the graph reads them, its outputs are copied
 * from where it leaves them. It is done as a replay the first time, then recorded, and the first
 * launches are held against a replay from the same state; where they disagree, or recording fails,
 * it stays a replay, and `report` is called with the reason.
 */
export class GraphedReplay {
  private inputs: Pointer[] | undefined;
  private hosts: Pointer[] = [];
  private graph: Graph | undefined;
  private trials = TRIALS;
  private given = false;

  constructor(
    private readonly torch: Dispatcher,
    private readonly recorded: Recorded,
    private readonly replay: Replay,
    private readonly graphs: Graphs,
    private readonly report: (why: string) => void,
  ) {}

  /** Does it again. The outputs belong to the caller. */
  run(inputs: readonly Pointer[]): Pointer[] {
    if (this.given) return this.replay.run(inputs);
    const outputs = this.place(inputs) ? this.step() : this.warmUp();
    for (const effect of this.recorded.effects) effect();
    return outputs;
  }

  dispose(): void {
    this.graph?.destroy();
    this.graph = undefined;
    for (const handle of [...(this.inputs ?? []), ...this.hosts]) this.torch.free(handle);
    this.inputs = undefined;
    this.hosts = [];
  }

  /** Brings the inputs and what is drawn to where the graph reads; `false` the first time. */
  private place(inputs: readonly Pointer[]): boolean {
    const { torch, recorded } = this;
    if (!this.inputs) {
      this.inputs = inputs.map((handle) => this.copyOf(handle));
      this.hosts = recorded.hosts.map(({ upload }) => upload());
      return false;
    }
    inputs.forEach((handle, i) => this.copy(this.inputs![i]!, handle));
    recorded.hosts.forEach(({ upload }, i) => {
      const drawn = upload();
      this.copy(this.hosts[i]!, drawn);
      torch.free(drawn);
    });
    return true;
  }

  private warmUp(): Pointer[] {
    return this.graphs.apart(() => this.compute());
  }

  private step(): Pointer[] {
    if (!this.graph)
      try {
        this.graph = this.graphs.capture(() => this.compute());
      } catch (error) {
        return this.giveUp(error instanceof Error ? error.message : String(error), this.compute());
      }
    if (this.trials > 0) return this.tryOut(this.graph);
    this.graph.launch();
    return this.graph.outputs.map((handle) => this.copyOf(handle));
  }

  /** One step by both, from the same state; the state that it ends with is the replay's. */
  private tryOut(graph: Graph): Pointer[] {
    const state = this.recorded.outside.map(({ handle }) => handle);
    const before = state.map((handle) => this.copyOf(handle));
    graph.launch();
    const launched = [...graph.outputs, ...state].map((handle) => this.copyOf(handle));
    state.forEach((handle, i) => this.copy(handle, before[i]!));
    const outputs = this.compute();
    const agree = [...outputs, ...state].every((handle, i) => this.close(launched[i]!, handle));
    for (const handle of [...before, ...launched]) this.torch.free(handle);
    this.trials--;
    return agree ? outputs : this.giveUp('a graph did not do what its steps do', outputs);
  }

  private giveUp(why: string, outputs: Pointer[]): Pointer[] {
    this.dispose();
    this.given = true;
    this.report(why);
    return outputs;
  }

  private compute(): Pointer[] {
    return this.replay.compute(this.inputs!, this.hosts);
  }

  private copy(target: Pointer, source: Pointer): void {
    this.torch.check(this.torch.api.copy(target, source, 0), 'copy');
  }

  private copyOf(handle: Pointer): Pointer {
    const { torch } = this;
    return torch.scope(() => torch.take(torch.call('aten::clone', handle, null)));
  }

  private close(a: Pointer, b: Pointer): boolean {
    return this.torch.test('aten::allclose', a, b, RELATIVE, ABSOLUTE);
  }
}
