export { isSteady } from './checks-run.js';
export { isCalibrated } from './calibrated.js';
export { gatherEvidence, type Witness } from './evidence.js';
export { judge } from './judge.js';
export { diagnose, type Diagnosis } from './site.js';
export { signalsOf } from './signals.js';
export type { Evidence, Outlook, Signals } from './signals.js';
export { verdict } from './verdict.js';
export type { Battery, Finding, Outcome } from './verdict.js';
