export {
  evidenceKeyFile,
  siteEvidence,
  type EvidenceOptions,
  type SiteEvidence,
} from './evidence.js';
