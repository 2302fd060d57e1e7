import type { Reporter } from '../reporter.js';
import type { Ops } from './ops.js';
import type { Environment } from './settings.js';
import type { Device } from './types.js';

/** One way in which an engine could compute on this machine. `Place` is the definition's own. */
export interface Found<Place = unknown> {
  device: Device;
  version: string;
  /** Where it comes from, in words. */
  source: string;
  place: Place;
  /** The user named this very one by a setting: that it does not start is an error. */
  named?: boolean;
}

/** A device on which an engine could compute and does not, and why. */
export interface NotHere {
  device: Device;
  /** One line, with what to do about it. */
  why: string;
}

export interface Finding<Place = unknown> {
  /** The best of a device first. */
  found: Found<Place>[];
  missing: NotHere[];
}

export interface StartOptions {
  /** Threads that a CPU engine computes with. */
  threads: number;
  /** What to call its backend in tfjs-core: other than that of an engine which runs already. */
  backend: string;
  env: Environment;
}

/** An engine that is loaded and is a backend of tfjs-core. */
export interface Started {
  /** `cpu` or `cuda:0`. */
  device: string;
  /** Version of the library underneath. */
  version: string;
  ops: Ops;
  /** Is called when a turn of its begins; what it returns, when that ends. */
  enter?(): () => void;
  /** Is called after its backend is removed from tfjs-core. */
  stopped?(): void;
}

export interface InstallOptions {
  /** `cpu` (the default) or `cuda`. */
  device?: Device;
  /** A further package index, beside those that pip is configured with. */
  index?: string;
  /** SHA-256 that the wheel must have, hex; else that of an earlier install, or of what was tested. */
  sha256?: string;
  env?: Environment;
  reporter?: Reporter;
  signal?: AbortSignal;
}

/** What an install has left on the disk. */
export interface Installed {
  folder: string;
  version: string;
}

/** What an isolated process needs in order to find and start an engine. */
export interface SandboxNeeds {
  /** Files and folders that it has to see, beside this package and the folders of engines. */
  read?: string[];
  /** Variables that it has to be started with. */
  env?: Record<string, string>;
  /** Whether a process without these variables has to be started again, isolated or not. */
  restart?: boolean;
}

/**
 * A tensor engine: how it is found, installed and started, and what a sandbox must let it see. It is
 * loaded by every command, so what is heavy is imported in its functions.
 */
export interface EngineDefinition<Place = unknown> {
  readonly kind: 'engine';
  readonly name: string;
  /** What is said where `auto` has to take this one: a fast engine says nothing. */
  readonly slow?: string;
  /** Whether a process can run it once only, with one number of threads. */
  readonly single?: boolean;
  /** What of it is on this machine. @throws FedshotError `engine` for a setting that names none */
  find(env: Environment): Finding<Place>;
  /** Fetches it into `enginesFolder`. @throws FedshotError `engine`, `network`, `digest`, `io` */
  install?(options: InstallOptions): Promise<Installed>;
  /**
   * Loads it and registers it as the backend `options.backend` of tfjs-core, started and with its
   * kernels. @throws FedshotError `engine`
   */
  start(found: Found<Place>, options: StartOptions): Promise<Started>;
  /** What a sandbox must let it see, besides itself. */
  sandbox?(env: Environment): SandboxNeeds;
}

/** A definition for `register`; `Place` is what `find` tells `start`. */
export const defineEngine = <Place>(
  definition: Omit<EngineDefinition<Place>, 'kind'>,
): EngineDefinition<Place> => ({ kind: 'engine', ...definition });
