import type { MirrorOf } from './mirror.js';

export const ISOLATE_MODES = ['auto', 'require', 'off'] as const;
/** `auto`: as far as this system can; `require`: or not at all; `off`: not. */
export type IsolateMode = (typeof ISOLATE_MODES)[number];

export interface IsolateOptions {
  readonly mode: IsolateMode;
  /** Files and folders that the step may read, beside the system's programs and libraries. */
  readonly read: readonly string[];
  /** Folders that it may write. Made when they are not there. */
  readonly write: readonly string[];
  /** Permission bits of such a folder, 0o700 for private ones. */
  readonly folderMode?: number;
  /** Single files that it makes; they are put in their places when it has ended. */
  readonly outputs?: readonly string[];
  /** Single files and folders that it follows while others change them. */
  readonly mirrors?: readonly MirrorOf[];
  /** Private folders of others; that they cannot be read is tried. */
  readonly foreign?: readonly string[];
  /** True for a step that serves or pulls: it keeps the network and is confined to its files. */
  readonly network?: boolean;
  /** Set inside, beside what the list in `environment.ts` lets through. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of variables that this step needs beside that list. */
  readonly keep?: readonly string[];
  /** True if something of `env` is read at a process's start alone: starts one also unsandboxed. */
  readonly restart?: boolean;
  /** Answers, outside, what the isolated process asks with `ask`. */
  readonly answer?: (question: string) => Promise<string>;
  /** Files with definitions from outside this package, loaded before the step. */
  readonly plugins?: readonly string[];
  /** URL of the module whose `usePlugins` loads them. */
  readonly pluginLoader?: string;
}

/** What keeps the process apart. */
export type Mechanism =
  | 'bubblewrap' // namespaces and a file system of its own
  | 'unshare' // the same with what util-linux has, or a network namespace alone where mounts are refused
  | 'surroundings' // somebody else has taken the network away, a container for instance
  | 'none';

/** Something that must not succeed, and how it ended. */
export interface Attempt {
  readonly attempt: string;
  /** The system's error code, or `succeeded`. */
  readonly result: string;
}

/** What was enforced, and what the process found when it tried. Part of the run's own record. */
export interface IsolationRecord {
  readonly mode: IsolateMode;
  readonly mechanism: Mechanism;
  /** `none` when every way out that was tried was closed. */
  readonly network: 'none' | 'reachable' | 'allowed';
  /** `confined` when nothing outside of its folders could be read or written. */
  readonly files: 'confined' | 'open';
  /** The network namespace, e.g. `net:[4026532177]`, and that of the process that started it. */
  readonly namespace: string;
  readonly outerNamespace: string | undefined;
  readonly interfaces: readonly string[];
  readonly routes: number;
  /** As the process sees them, e.g. `/usr ro`. */
  readonly mounts: readonly string[];
  /** Files and folders that were bound; none where files are open. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  readonly attempts: readonly Attempt[];
  /** `closed` when every call of `kernelAttempts` was refused, `unknown` where none could be tried. */
  readonly kernel: 'closed' | 'open' | 'unknown';
  readonly kernelAttempts: readonly Attempt[];
  /** Names of the variables in the environment. */
  readonly environment: readonly string[];
}
