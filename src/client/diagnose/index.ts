export { judge, type Case } from './judge.js';
export type { Battery, Finding, Outcome } from './verdict.js';
export type { Signals } from './signals.js';
