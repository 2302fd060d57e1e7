export { audit, type AuditResult } from './audit.js';
export { AUDIT_PARTS } from './names.js';
export type { AuditOptions } from './options.js';
export { auditData, auditModelData, noSource } from './data/index.js';
export { auditPage } from './page/index.js';
export { paragraph, verdictText } from './page/summary.js';
export { auditText, claimLines } from './page/text.js';
export { startRecorder, type Recorder, type RecorderLimits } from './record/index.js';
export { parseSince } from './log/since.js';
export {
  MAX_STATEMENT_BYTES,
  openStatement,
  writeStatement,
  type AuditStatement,
} from './statement.js';
export { readStore } from './release/store.js';
export type { Claim, OverallVerdict, AuditPart, Verdict } from './types.js';
export { outcomeOf } from './verdict.js';
