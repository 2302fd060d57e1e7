import type { Pointer } from './abi.js';
import { Some, type Float } from './args.js';
import type { Dispatcher } from './dispatcher.js';
import { Ref, type Recorded, type RecordedStep, type Template } from './steps.js';

/** Writes one argument to its place on the stack. */
type Fill = (at: BigUint64Array) => void;

/** Something to do again: the handles by their slots are given. */
type Action = (at: BigUint64Array) => void;

/**
 * A recording made ready to be done again and again. Arguments that never change are encoded once;
 * a tensor goes when it has been used for the last time, by being given away to that operator, which
 * spares a handle and keeps fewer tensors in the caches than freeing them where tfjs-core did.
 */
export class Replay {
  private readonly at: BigUint64Array;
  private readonly own: Uint8Array;
  private readonly actions: Action[];

  constructor(
    private readonly torch: Dispatcher,
    private readonly recorded: Recorded,
  ) {
    const { count, steps, outside, constants } = recorded;
    this.at = new BigUint64Array(count);
    this.own = new Uint8Array(count);
    for (const { slot, handle } of [...outside, ...constants]) this.at[slot] = handle;
    const lent = new Set(constants.map(({ slot }) => slot));
    const freed = steps.flatMap((step) => (step.kind === 'free' ? [step.slot] : []));
    const last = lastUses(
      steps,
      freed.filter((slot) => !lent.has(slot)),
    );
    this.actions = steps.flatMap((step, i) => this.prepare(step, last.get(i) ?? []));
  }

  /** Does it again. The outputs belong to the caller. */
  run(inputs: readonly Pointer[]): Pointer[] {
    const outputs = this.compute(inputs);
    for (const effect of this.recorded.effects) effect();
    return outputs;
  }

  /** What of it the engine does. @param drawn what is drawn on the host, where it has been drawn */
  compute(inputs: readonly Pointer[], drawn?: readonly Pointer[]): Pointer[] {
    const { torch, at, own, actions } = this;
    const { hosts, leftOver, outputs } = this.recorded;
    for (let i = 0; i < inputs.length; i++) at[i] = inputs[i]!;
    try {
      for (let i = 0; i < hosts.length; i++) {
        const { slot, upload } = hosts[i]!;
        this.set(slot, drawn ? torch.run((out) => torch.api.newHandle(drawn[i]!, out)) : upload());
      }
      for (const action of actions) action(at);
      for (const slot of leftOver) this.free(slot);
      return outputs.map((slot) => {
        if (own[slot] === 0) return torch.run((out) => torch.api.newHandle(at[slot]!, out));
        own[slot] = 0;
        return at[slot]!;
      });
    } catch (error) {
      own.forEach((mine, slot) => mine && this.free(slot));
      throw error;
    }
  }

  private set(slot: number, handle: Pointer): void {
    this.at[slot] = handle;
    this.own[slot] = 1;
  }

  private free(slot: number): void {
    if (this.own[slot] === 0) return; // a constant
    this.own[slot] = 0;
    this.torch.free(this.at[slot]!);
  }

  /** @param going slots that no later step uses */
  private prepare(step: RecordedStep, going: number[]): Action[] {
    const { torch, own } = this;
    if (step.kind === 'free') return [];
    if (step.kind === 'direct') {
      const slots = step.handles.map(({ slot }) => slot);
      const { f, name, result } = step;
      return [
        (at) => {
          const handles = slots.map((slot) => at[slot]!);
          if (result === undefined) torch.check(f(torch.out, ...handles), name);
          else this.set(result, torch.run(f, ...handles));
          for (const slot of going) this.free(slot);
        },
      ];
    }
    const { op, args, results } = step;
    const given = going.filter((slot) => slotsOf(args).filter((s) => s === slot).length === 1);
    const after = going.filter((slot) => !given.includes(slot));
    const stack = new BigUint64Array(Math.max(args.length, results.length));
    const fixed = stack.slice();
    const fills = args.flatMap((arg, i) => this.fill(arg, i, stack, fixed, given));
    const call = torch.prepared(op, stack);
    return [
      (at) => {
        stack.set(fixed);
        for (let i = 0; i < fills.length; i++) fills[i]!(at);
        torch.live -= given.length;
        call();
        torch.live += results.length;
        for (let i = 0; i < results.length; i++) {
          at[results[i]!] = stack[i]!;
          own[results[i]!] = 1;
        }
        for (let i = 0; i < after.length; i++) this.free(after[i]!);
      },
    ];
  }

  /** Encodes argument `i` in `fixed` where it is always the same; else says how to. */
  private fill(
    arg: Template,
    i: number,
    stack: BigUint64Array,
    fixed: BigUint64Array,
    given: number[],
  ): Fill[] {
    const { torch, own } = this;
    const { api } = torch;
    if (arg instanceof Ref) {
      const { slot } = arg;
      if (given.includes(slot))
        return [
          (at) => {
            own[slot] = 0;
            stack[i] = at[slot]!;
          },
        ];
      const place = stack.subarray(i, i + 1);
      return [(at) => void api.newHandle(at[slot]!, place)];
    }
    if (arg instanceof Some) {
      const [inner, constant] = [new BigUint64Array(1), new BigUint64Array(1)];
      const fills = this.fill(arg.value as Template, 0, inner, constant, given);
      return [
        (at) => {
          inner.set(constant);
          for (const fill of fills) fill(at);
          stack[i] = api.newSlot(inner[0]!);
        },
      ];
    }
    if (Array.isArray(arg)) {
      const items = arg as Template[];
      const inner = new BigUint64Array(items.length);
      const constant = inner.slice();
      const fills = items.flatMap((item, k) => this.fill(item, k, inner, constant, given));
      const place = stack.subarray(i, i + 1);
      return [
        (at) => {
          inner.set(constant);
          for (const fill of fills) fill(at);
          api.newList(inner.length, place);
          for (let k = 0; k < inner.length; k++) api.pushBack(place[0]!, inner[k]!);
        },
      ];
    }
    if (typeof arg === 'string') return [() => void (stack[i] = torch.encode(arg))];
    fixed[i] = torch.encode(arg as number | boolean | null | Float);
    return [];
  }
}

/** The slots in an argument or in several. */
function slotsOf(template: Template | readonly Template[]): number[] {
  if (template instanceof Ref) return [template.slot];
  if (template instanceof Some) return slotsOf(template.value as Template);
  return Array.isArray(template) ? template.flatMap((item: Template) => slotsOf(item)) : [];
}

/** For each step, which of `slots` come up there for the last time. */
function lastUses(steps: readonly RecordedStep[], slots: readonly number[]): Map<number, number[]> {
  const last = new Map<number, number>();
  steps.forEach((step, i) => {
    if (step.kind === 'free') return;
    const made = step.kind === 'operator' ? step.results : [step.result ?? -1];
    const used = step.kind === 'operator' ? slotsOf(step.args) : slotsOf(step.handles);
    for (const slot of [...used, ...made]) last.set(slot, i);
  });
  const at = new Map<number, number[]>();
  for (const slot of slots) {
    const step = last.get(slot);
    if (step !== undefined) at.set(step, [...(at.get(step) ?? []), slot]);
  }
  return at;
}
