import type { Pointer } from './abi.js';
import { Some, type Arg, type Direct } from './args.js';
import type { Dispatcher } from './dispatcher.js';
import { GraphedReplay } from './graph.js';
import { Replay } from './replay.js';
import {
  Ref,
  type Recorded,
  type CallRecorder,
  type RecordedStep,
  type Template,
} from './steps.js';

/** Operators that write to an argument, by ATen's naming. */
const WRITES = /_(\.|$)|_out$/;

/**
 * What a computation asked of LibTorch, with each handle replaced by the place at which it came up
 * (its slot), so that the same can be asked again of other inputs.
 */
export class Recording implements Recorded, CallRecorder {
  readonly steps: RecordedStep[] = [];
  private readonly slots = new Map<Pointer, number>();
  readonly constants: { slot: number; handle: Pointer; values: Uint8Array }[] = [];
  readonly hosts: { slot: number; upload: () => Pointer; what: string }[] = [];
  readonly effects: (() => void)[] = [];
  readonly outside: { slot: number; handle: Pointer }[] = [];
  outputs: number[] = [];
  leftOver: number[] = [];
  count = 0;
  private prepared: Replay | GraphedReplay | undefined;
  /** Why this cannot be replayed, if it cannot. */
  refused: string | undefined;

  /**
   * @param inputs handles that will be others each time
   * @param declared handles that will be the same each time
   */
  constructor(
    private readonly torch: Dispatcher,
    private readonly inputs: readonly Pointer[],
    readonly declared: readonly Pointer[],
  ) {
    for (const handle of inputs) this.add(handle);
  }

  operator(op: string, args: readonly Arg[], results: readonly Pointer[]): void {
    const templates = args.map((arg) => this.template(arg));
    if (WRITES.test(op))
      for (const { slot } of this.constants)
        if (templates.some((arg) => arg instanceof Ref && arg.slot === slot))
          this.refuse(`${op} may write to a constant`);
    this.steps.push({
      kind: 'operator',
      op,
      args: templates,
      results: results.map((handle) => this.add(handle)),
    });
  }

  direct(name: string, f: Direct, handles: readonly Pointer[], result?: Pointer): void {
    const refs = handles.map((handle) => this.ref(handle));
    const slot = result === undefined ? undefined : this.add(result);
    this.steps.push({ kind: 'direct', name, f, handles: refs, result: slot });
  }

  /** A tensor of values from the host, the same each time. */
  constant(handle: Pointer, values: Uint8Array): void {
    const kept = this.torch.unrecorded(() => this.torch.take(this.torch.share(handle)));
    this.constants.push({ slot: this.add(handle), handle: kept, values: values.slice() });
  }

  /** A tensor of values from the host, drawn anew each time. */
  host(handle: Pointer, what: string, upload: () => Pointer): void {
    this.hosts.push({ slot: this.add(handle), upload, what });
  }

  effect(effect: () => void): void {
    this.effects.push(effect);
  }

  freed(handle: Pointer): void {
    const slot = this.slots.get(handle);
    if (slot === undefined) {
      this.refuse('it frees a tensor that is not its own');
      return;
    }
    this.slots.delete(handle);
    if (slot < this.inputs.length || this.outside.some((other) => other.slot === slot)) {
      this.refuse('it frees a tensor that is not its own');
      return;
    }
    this.steps.push({ kind: 'free', slot });
  }

  refuse(why: string): void {
    this.refused ??= why;
  }

  /** Ends the recording. */
  finish(outputs: readonly Pointer[]): void {
    const foreign = (slot: number | undefined): boolean =>
      slot === undefined ||
      slot < this.inputs.length ||
      this.outside.some((other) => other.slot === slot);
    this.outputs = outputs.map((handle) => this.slots.get(handle) ?? -1);
    if (outputs.some((handle) => foreign(this.slots.get(handle))))
      this.refuse('it returns a tensor that is not its own');
    if (new Set(this.outputs).size < this.outputs.length) this.refuse('it returns a tensor twice');
    this.leftOver = [...this.slots.values()].filter(
      (slot) => !foreign(slot) && !this.outputs.includes(slot),
    );
  }

  /** Whether the same was done, of the same constants: then it will be done again. */
  equals(other: Recording): boolean {
    const shape = (recording: Recording): string =>
      JSON.stringify([
        recording.steps,
        recording.outputs,
        recording.hosts.map(({ slot, what }) => [slot, what]),
        recording.constants.map(({ slot, values }) => [slot, [...values]]),
        recording.outside.map(({ slot, handle }) => [slot, String(handle)]),
        recording.effects.length,
      ]);
    return shape(this) === shape(other);
  }

  /** Does it again. The outputs belong to the caller. */
  replay(inputs: readonly Pointer[]): Pointer[] {
    this.prepared ??= this.prepare();
    return this.prepared.run(inputs);
  }

  private prepare(): Replay | GraphedReplay {
    const { torch } = this;
    const replay = new Replay(torch, this);
    const { graphs } = torch;
    if (!graphs) return replay;
    return new GraphedReplay(torch, this, replay, graphs, (why) => {
      // The results are the same, but the user should know that it is slower.
      process.emitWarning(`steps are replayed without a CUDA graph: ${why}`, 'FedshotWarning');
    });
  }

  dispose(): void {
    if (this.prepared instanceof GraphedReplay) this.prepared.dispose();
    for (const { handle } of this.constants.splice(0)) this.torch.free(handle);
  }

  private add(handle: Pointer): number {
    this.slots.set(handle, this.count);
    return this.count++;
  }

  private ref(handle: Pointer): Ref {
    const known = this.slots.get(handle);
    if (known !== undefined) return new Ref(known);
    if (!this.declared.includes(handle)) this.refuse('it uses a tensor that it was not given');
    const slot = this.add(handle);
    this.outside.push({ slot, handle });
    return new Ref(slot);
  }

  private template(arg: Arg): Template {
    if (typeof arg === 'bigint') return this.ref(arg);
    if (arg instanceof Some) return new Some(this.template(arg.value) as Arg);
    if (Array.isArray(arg)) return arg.map((item: Arg) => this.template(item));
    return arg as Template;
  }
}
