import type { ModelConfig } from '../../shared/model/config.js';
import { DATA_CHECKS } from './checks-data.js';
import { columnFindings } from './checks-columns.js';
import { RUN_CHECKS } from './checks-run.js';
import { SHARES_CHECKS } from './checks-shares.js';
import type { Check, Finding, CheckFinding, VerdictOutcome } from './finding.js';
import type { Signals } from './signals.js';
import { combinedFinding } from './combined.js';

export type { Finding, VerdictOutcome } from './finding.js';

export interface Battery {
  /** The gravest of the findings. */
  outcome: VerdictOutcome;
  /** The model that is kept. */
  kept: 'adapted' | 'source';
  /** The model that would be kept without `--force`. */
  advised: 'adapted' | 'source';
  /** The epoch to which an adaptation was rolled back. */
  epoch?: number;
  findings: Finding[];
  signals: Signals;
}

/** What says of a verdict whether an adaptation may be kept; `advised` is not there in records of 0.1. */
export type Judged = Pick<Battery, 'outcome'> & Partial<Pick<Battery, 'advised'>>;

/** Whether the battery would keep the adapted model, were it not forced to. */
export const isAccepted = ({ outcome, advised }: Judged): boolean =>
  advised ? advised === 'adapted' : outcome === 'ok' || outcome === 'warn';

const GRAVITY: readonly VerdictOutcome[] = ['ok', 'warn', 'undecided', 'rolled back', 'refuse'];

/**
 * The verdict on a site's data, or on an adaptation to it.
 * @param force keeps the adapted model whatever is found
 */
export function verdict(signals: Signals, config: ModelConfig, force: boolean): Battery {
  const run = found([...RUN_CHECKS, ...SHARES_CHECKS], signals, config);
  const overcome = signals.adaptedClasses !== undefined && run.length === 0;
  const data = found(DATA_CHECKS, signals, config).map(({ cause, ...finding }): Finding => {
    if (!cause || !overcome) return finding;
    return { ...finding, outcome: 'ok', remedy: 'adapting made up for it' };
  });
  const single = [...data, ...columnFindings(signals.columns), ...run];
  const all = combinedFinding(single, signals);
  const findings = all ? [...single, all] : single;
  const gravest = Math.max(0, ...findings.map(({ outcome }) => GRAVITY.indexOf(outcome)));
  const leave = findings.some((finding) => finding.leave);
  const advised = leave || gravest >= GRAVITY.indexOf('undecided') ? 'source' : 'adapted';
  return {
    outcome: GRAVITY[gravest]!,
    kept: force ? 'adapted' : advised,
    advised,
    findings,
    signals,
  };
}

/** The same where it is forced: the adapted model is kept, whatever was found. */
export const forced = (battery: Battery): Battery => ({ ...battery, kept: 'adapted' });

const found = (checks: readonly Check[], signals: Signals, config: ModelConfig): CheckFinding[] =>
  checks.map((check) => check(signals, config)).filter((finding) => finding !== undefined);
