export {
  assertOutside,
  dropEmptyFolders,
  entriesOf,
  handedFaults,
  writeTree,
  type FolderEntry,
} from './folder.js';
export { findPrivate, type PrivateFile } from './private.js';
export {
  EVIDENCE_FILE,
  MAX_EVIDENCE_BYTES,
  openEvidence,
  sealEvidence,
  type EvidenceIndex,
  type HandedFile,
  type OpenedEvidence,
} from './statement.js';
