export { audit, PARTS, type AuditOptions, type AuditResult } from './audit.js';
export { auditData, auditModelData } from './data/index.js';
export { auditPage, claimLines, auditText } from './page.js';
export { startRecorder, type Recorder } from './record/index.js';
export { readStore } from './store.js';
export type { Claim, Part, Verdict } from './types.js';
