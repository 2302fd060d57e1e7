import type { Pointer } from './abi.js';

/** Work of the device that can be done again by one launch, from and to the same memory. */
export interface Graph {
  /** Where each launch leaves its results. */
  readonly outputs: readonly Pointer[];
  launch(): void;
  destroy(): void;
}

/** What a device offers to make graphs. */
export interface Graphs {
  /** Does `work` where graphs are recorded, so that whatever it needs is loaded there. */
  apart<T>(work: () => T): T;
  /** Records `work` without doing it. @throws FedshotError `engine` when that cannot be */
  capture(work: () => Pointer[]): Graph;
}
