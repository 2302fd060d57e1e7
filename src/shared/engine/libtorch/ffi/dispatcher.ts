import koffi from 'koffi';
import { FedshotError } from '../../../errors.js';
import type { CApi, Pointer } from './abi.js';
import { Float, float, Some, type Arg, type Direct } from './args.js';
import type { Graphs } from './graphs.js';
import type { CallRecorder } from './steps.js';

const MAX_ARGS = 24;

/**
 * Calls ATen operators by name and owns the handles that they return: those that a kernel has not
 * taken with `take` by the end of its `scope` are freed there, whether it returned or threw.
 */
export class Dispatcher {
  /** Handles that exist at this moment, for leak checks. */
  live = 0;
  /** Receives every call while a computation is recorded. */
  recording: CallRecorder | undefined;
  /** Makes graphs of what is replayed, on devices that have them. */
  graphs: Graphs | undefined;
  /** Where C functions write their results. */
  readonly out = new BigUint64Array(1);
  private readonly stack = new BigUint64Array(MAX_ARGS);
  private readonly floats = new Float64Array(this.stack.buffer);
  private readonly bits = new DataView(new ArrayBuffer(8));
  private readonly pending: Pointer[] = [];
  private readonly names = new Map<string, [op: Buffer, overload: Buffer]>();
  private readonly version: bigint;

  constructor(readonly api: CApi) {
    // The operator schemas that we write against are this very library's.
    this.version = BigInt(api.abiVersion());
  }

  /** The first result of `op` (`aten::name` or `aten::name.overload`), a tensor. */
  call(op: string, ...args: Arg[]): Pointer {
    this.dispatch(op, args);
    const result = this.own(this.stack[0]!);
    this.recording?.operator(op, args, [result]);
    return result;
  }

  /** The first `count` results of `op`, all tensors. */
  callMany(op: string, count: number, ...args: Arg[]): Pointer[] {
    this.dispatch(op, args);
    const results = Array.from(this.stack.subarray(0, count), (slot) => this.own(slot));
    this.recording?.operator(op, args, results);
    return results;
  }

  /** Runs an operator that works in place and returns nothing. */
  callVoid(op: string, ...args: Arg[]): void {
    this.dispatch(op, args);
    this.recording?.operator(op, args, []);
  }

  /** Asks an operator of two tensors and two tolerances that answers yes or no. */
  test(op: string, a: Pointer, b: Pointer, relative: number, absolute: number): boolean {
    this.dispatch(op, [a, b, float(relative), float(absolute), true]);
    return (this.stack[0]! & 0xffn) !== 0n;
  }

  /** The result of a C function that makes a tensor. `name` tells it from others, numbers included. */
  direct(name: string, f: Direct, ...handles: Pointer[]): Pointer {
    this.check(f(this.out, ...handles), name);
    const result = this.own(this.out[0]!);
    this.recording?.direct(name, f, handles, result);
    return result;
  }

  /** Runs a C function that works in place. */
  directVoid(name: string, f: Direct, ...handles: Pointer[]): void {
    this.check(f(this.out, ...handles), name);
    this.recording?.direct(name, f, handles);
  }

  /**
   * A call of `op` on a stack that the caller fills before each time and reads results from after it,
   * counting the handles that come and go.
   */
  prepared(op: string, stack: BigUint64Array): () => void {
    const [name, overload] = this.nameOf(op);
    const { api, version } = this;
    return () => this.check(api.callDispatcher(name, overload, stack, version), op);
  }

  /** The 64 bits that stand for an argument without a tensor. */
  encode(arg: number | boolean | string | null | Float): bigint {
    return this.slot(arg);
  }

  /** `direct` for a replay: the caller frees the result. */
  run(f: Direct, ...handles: Pointer[]): Pointer {
    this.check(f(this.out, ...handles), 'a recorded call');
    this.live++;
    return this.out[0]!;
  }

  /** Runs `f` without telling the recording. */
  unrecorded<T>(f: () => T): T {
    const { recording } = this;
    this.recording = undefined;
    try {
      return f();
    } finally {
      this.recording = recording;
    }
  }

  /** One number that a C function writes to its last argument. */
  query(f: (out: BigUint64Array) => number): bigint {
    this.out[0] = 0n;
    this.check(f(this.out), 'query');
    return this.out[0];
  }

  /** Takes a handle out of the scope: the caller frees it. */
  take(handle: Pointer): Pointer {
    const at = this.pending.lastIndexOf(handle);
    if (at >= 0) this.pending.splice(at, 1);
    return handle;
  }

  /** Frees a handle that was taken. */
  free(handle: Pointer): void {
    this.recording?.freed(handle);
    this.live--;
    this.api.deleteHandle(handle);
  }

  /** Runs `f` and frees the handles made inside that were not taken. */
  scope<T>(f: () => T): T {
    const start = this.pending.length;
    try {
      return f();
    } finally {
      while (this.pending.length > start) this.free(this.pending.pop()!);
    }
  }

  /** A further handle of the same tensor. */
  share(handle: Pointer): Pointer {
    return this.direct('share', (out, h) => this.api.newHandle(h, out), handle);
  }

  /** Throws with LibTorch's own words when `code` is not 0. */
  check(code: number, what: string): void {
    if (code === 0) return;
    const reason = this.api.lastError?.().split('\n')[0] ?? 'no reason given';
    throw new FedshotError('engine', `LibTorch could not run ${what}: ${reason}`);
  }

  private own(handle: Pointer): Pointer {
    this.live++;
    this.pending.push(handle);
    return handle;
  }

  private nameOf(op: string): [op: Buffer, overload: Buffer] {
    let name = this.names.get(op);
    if (!name) {
      const [base, overload = ''] = op.split('.') as [string, string?];
      name = [Buffer.from(`${base}\0`), Buffer.from(`${overload}\0`)];
      this.names.set(op, name);
    }
    return name;
  }

  private dispatch(op: string, args: readonly Arg[]): void {
    const name = this.nameOf(op);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      if (arg instanceof Float) this.floats[i] = arg.value;
      else this.stack[i] = this.slot(arg);
    }
    this.check(this.api.callDispatcher(name[0], name[1], this.stack, this.version), op);
  }

  /** The 64 bits that stand for `arg`. Tensors, lists and boxes are given away to the callee. */
  private slot(arg: Arg): bigint {
    if (typeof arg === 'bigint') {
      this.api.newHandle(arg, this.out);
      return this.out[0]!;
    }
    if (typeof arg === 'number') return BigInt.asUintN(64, BigInt(arg));
    if (typeof arg === 'boolean') return arg ? 1n : 0n;
    if (arg === null) return 0n;
    if (typeof arg === 'string') {
      this.api.newString(arg, Buffer.byteLength(arg), this.out);
      return this.out[0]!;
    }
    if (arg instanceof Some) return this.api.newSlot(this.slot(arg.value));
    if (arg instanceof Float) {
      this.bits.setFloat64(0, arg.value, true);
      return this.bits.getBigUint64(0, true);
    }
    this.api.newList(arg.length, this.out);
    const list = this.out[0]!;
    for (const item of arg) this.api.pushBack(list, this.slot(item));
    return list;
  }

  /** Sizes of a tensor. */
  sizes(handle: Pointer): number[] {
    const rank = Number(this.query((out) => this.api.dim(handle, out)));
    const at = this.query((out) => this.api.sizes(handle, out));
    return Array.from({ length: rank }, (_, i) => Number(koffi.decode.int64(at + BigInt(8 * i))));
  }
}
