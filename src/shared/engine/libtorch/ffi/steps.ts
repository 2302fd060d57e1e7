import type { Pointer } from './abi.js';
import type { Arg, Direct, Float, Some } from './args.js';

/** Stands for a handle of which only the place in the recording is known. */
export class Ref {
  constructor(readonly slot: number) {}
}

export type Template = Ref | number | boolean | string | null | Float | Some | readonly Template[];

/** One thing that was done; `results` and `freed` are slots. */
export type RecordedStep =
  | { kind: 'operator'; op: string; args: Template[]; results: number[] }
  | { kind: 'direct'; name: string; f: Direct; handles: Ref[]; result: number | undefined }
  | { kind: 'free'; slot: number };

/** What was done, by slots. */
export interface Recorded {
  readonly count: number;
  readonly steps: readonly RecordedStep[];
  readonly outside: readonly { slot: number; handle: Pointer }[];
  readonly constants: readonly { slot: number; handle: Pointer }[];
  readonly hosts: readonly { slot: number; upload: () => Pointer }[];
  readonly effects: readonly (() => void)[];
  readonly outputs: readonly number[];
  /** Slots that were not freed. */
  readonly leftOver: readonly number[];
}

/** Receives every call that a dispatcher makes. */
export interface CallRecorder {
  operator(op: string, args: readonly Arg[], results: readonly Pointer[]): void;
  direct(name: string, f: Direct, handles: readonly Pointer[], result?: Pointer): void;
  /** A tensor of values from the host, the same each time. */
  constant(handle: Pointer, values: Uint8Array): void;
  freed(handle: Pointer): void;
  refuse(why: string): void;
}
