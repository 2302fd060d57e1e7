export { audit, PARTS, type AuditOptions, type AuditResult } from './audit.js';
export { auditPage, auditText } from './page.js';
export { startRecorder, type Recorder } from './record/index.js';
export type { Claim, Part, Verdict } from './types.js';
