import type { Reporter } from '../reporter.js';
import type { Ops } from './ops.js';

export const ENGINE_NAMES = ['libtorch', 'tensorflow', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** A tensor engine that is loaded and is tfjs-core's current backend. */
export interface Engine {
  readonly name: EngineName;
  /** `cpu` or `cuda:0`. */
  readonly device: string;
  /** Version of the library underneath, e.g. `2.13.0+cpu`. */
  readonly version: string;
  /** Threads that a CPU engine computes with. */
  readonly threads: number;
  readonly ops: Ops;
}

export interface EngineOptions {
  /** An engine by name, or `auto` (the default): the fastest that loads. */
  engine?: EngineName | 'auto';
  /** `auto` (the default) takes CUDA where the engine has it. */
  device?: 'auto' | 'cpu' | 'cuda';
  /** CPU threads; all cores unless told. Must be set before the library loads. */
  threads?: number;
  /** Is told when `auto` has to pass over an engine that is here and does not load. */
  reporter?: Reporter;
}
