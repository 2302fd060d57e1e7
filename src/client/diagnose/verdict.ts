import type { ModelConfig } from '../../shared/model/config.js';
import { DATA_CHECKS } from './checks-data.js';
import { RUN_CHECKS } from './checks-run.js';
import type { Finding, Outcome } from './finding.js';
import type { Signals } from './signals.js';

export type { Finding, Outcome } from './finding.js';

export interface Battery {
  /** The gravest of the findings. */
  outcome: Outcome;
  /** The model that is kept. */
  kept: 'adapted' | 'source';
  findings: Finding[];
  signals: Signals;
}

const GRAVITY: readonly Outcome[] = ['ok', 'warn', 'rolled back', 'refuse'];

/**
 * The verdict on a site's data, or on an adaptation to it.
 * @param force keeps the adapted model whatever is found
 */
export function verdict(signals: Signals, config: ModelConfig, force: boolean): Battery {
  const findings = [...DATA_CHECKS, ...RUN_CHECKS]
    .map((check) => check(signals, config))
    .filter((finding) => finding !== undefined);
  const gravest = Math.max(0, ...findings.map(({ outcome }) => GRAVITY.indexOf(outcome)));
  const kept = gravest >= GRAVITY.indexOf('rolled back') && !force ? 'source' : 'adapted';
  return { outcome: GRAVITY[gravest]!, kept, findings, signals };
}
