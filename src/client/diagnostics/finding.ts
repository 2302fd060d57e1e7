import type { ModelConfig } from '../../shared/model/config.js';
import type { Signals } from './signals.js';

/**
 * `undecided` (not enough to tell), `rolled back` and `refuse` keep the released model; `--force`
 * overrides them.
 */
export type VerdictOutcome = 'ok' | 'warn' | 'undecided' | 'rolled back' | 'refuse';

/** One thing that the battery has to say. */
export interface Finding {
  /** Name of the check. */
  check: string;
  outcome: VerdictOutcome;
  /** What was seen, with its figure. */
  says: string;
  /** What to do about it. */
  remedy?: string;
  /** The released model does as well: there is nothing to adapt for. */
  leave?: boolean;
}

/** What a check finds. */
export interface CheckFinding extends Finding {
  /** A cause of failure and no failure itself: nothing to warn of where adapting came out well. */
  cause?: boolean;
}

/** A check: says nothing where all is well, or where a figure that it needs is not there. */
export type Check = (signals: Signals, config: ModelConfig) => CheckFinding | undefined;

export const wholePercent = (share: number): string => `${(100 * share).toFixed(0)} %`;
