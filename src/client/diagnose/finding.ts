import type { ModelConfig } from '../../shared/model/config.js';
import type { Signals } from './signals.js';

/** `refuse` and `rolled back` keep the released model; `--force` overrides both. */
export type Outcome = 'ok' | 'warn' | 'refuse' | 'rolled back';

/** One thing that the battery has to say. */
export interface Finding {
  /** Name of the check. */
  check: string;
  outcome: Outcome;
  /** What was seen, with its figure. */
  says: string;
  /** What to do about it. */
  remedy?: string;
}

/** What a check finds. */
export interface Found extends Finding {
  /** A cause of failure and no failure itself: nothing to warn of where adapting came out well. */
  cause?: boolean;
}

/** A check: says nothing where all is well, or where a figure that it needs is not there. */
export type Check = (signals: Signals, config: ModelConfig) => Found | undefined;

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
