export { gatherEvidence, type Witness } from './evidence.js';
export { judge } from './judge.js';
export { diagnose, type Diagnosis } from './site.js';
export type { Signals } from './signals.js';
export type { Battery, Finding, Outcome } from './verdict.js';
