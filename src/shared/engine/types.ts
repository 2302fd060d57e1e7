import type { Reporter } from '../reporter.js';
import type { Ops } from './ops.js';
import type { Environment } from './settings.js';

/** What an engine computes on. */
export type Device = 'cpu' | 'cuda';

/** A tensor engine that runs in this process. A process may run several; they take turns. */
export interface Engine {
  /** Of its definition, e.g. `libtorch`. */
  readonly name: string;
  /** `cpu` or `cuda:0`. */
  readonly device: string;
  /** Version of the library underneath, e.g. `2.13.0+cpu`. */
  readonly version: string;
  /** Threads that a CPU engine computes with. */
  readonly threads: number;
  readonly ops: Ops;
  /**
   * Does `work` with this engine as tfjs-core's current backend. A process has one such, so it waits
   * until all that came before has ended, of this engine and of others. Within `work` the same engine may
   * be used again, which does not wait; what is begun there is waited for, too.
   *
   * @throws FedshotError `usage` within the turn of another engine, `engine` once it is stopped
   */
  use<T>(work: () => T | Promise<T>): Promise<T>;
  /** Unloads it when its turn has come; every tensor of it is lost. It can be started again. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** The name of a registered engine, or `auto` (the default): the fastest that loads. */
  engine?: string;
  /** `auto` (the default) takes CUDA where the engine has it. */
  device?: 'auto' | Device;
  /** CPU threads; by default all cores. */
  threads?: number;
  /** Called when `auto` skips an installed engine that does not load. */
  reporter?: Reporter;
  /** Where settings such as `FEDSHOT_ENGINE` are read; by default the process's own. */
  env?: Environment;
}
