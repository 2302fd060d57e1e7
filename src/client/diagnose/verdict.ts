import type { ModelConfig } from '../../shared/model/config.js';
import { DATA_CHECKS } from './checks-data.js';
import { RUN_CHECKS } from './checks-run.js';
import type { Check, Finding, Found, Outcome } from './finding.js';
import type { Signals } from './signals.js';

export type { Finding, Outcome } from './finding.js';

export interface Battery {
  /** The gravest of the findings. */
  outcome: Outcome;
  /** The model that is kept. */
  kept: 'adapted' | 'source';
  /** The epoch to which an adaptation was rolled back. */
  epoch?: number;
  findings: Finding[];
  signals: Signals;
}

const GRAVITY: readonly Outcome[] = ['ok', 'warn', 'rolled back', 'refuse'];

/**
 * The verdict on a site's data, or on an adaptation to it.
 * @param force keeps the adapted model whatever is found
 */
export function verdict(signals: Signals, config: ModelConfig, force: boolean): Battery {
  const run = found(RUN_CHECKS, signals, config);
  const overcome = signals.adaptedClasses !== undefined && run.length === 0;
  const data = found(DATA_CHECKS, signals, config).map(({ cause, ...finding }): Finding => {
    if (!cause || !overcome) return finding;
    return { ...finding, outcome: 'ok', remedy: 'adapting made up for it' };
  });
  const findings = [...data, ...run];
  const gravest = Math.max(0, ...findings.map(({ outcome }) => GRAVITY.indexOf(outcome)));
  const kept = gravest >= GRAVITY.indexOf('rolled back') && !force ? 'source' : 'adapted';
  return { outcome: GRAVITY[gravest]!, kept, findings, signals };
}

const found = (checks: readonly Check[], signals: Signals, config: ModelConfig): Found[] =>
  checks.map((check) => check(signals, config)).filter((finding) => finding !== undefined);
