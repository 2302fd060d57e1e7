import type { ModelConfig } from '../../shared/model/config.js';
import type { Signals } from './signals.js';

/** `refuse` and `rolled back` keep the released model; `--force` overrides both. */
export type Outcome = 'ok' | 'warn' | 'refuse' | 'rolled back';

/** One thing that the battery has to say. */
export interface Finding {
  check: string;
  outcome: Outcome;
  says: string;
  /** What to do about it. */
  remedy?: string;
}

export interface Battery {
  outcome: Outcome;
  /** The model that is kept. */
  kept: 'adapted' | 'source';
  findings: Finding[];
  signals: Signals;
}

/** The verdict on a site's data, or on an adaptation to it. */
export function verdict(signals: Signals, _config: ModelConfig, force: boolean): Battery {
  const findings: Finding[] = [];
  return { outcome: 'ok', kept: force ? 'adapted' : 'adapted', findings, signals };
}
