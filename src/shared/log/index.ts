export {
  type Checkpoint,
  checkpointSigners,
  cosignCheckpoint,
  MAX_CHECKPOINT_BYTES,
  openCheckpoint,
  originOf,
  parseCheckpoint,
  type SignedCheckpoint,
  signCheckpoint,
} from './checkpoint.js';
export { copyLog } from './copy.js';
export {
  decodeLeaf,
  encodeLeaf,
  type LeafContent,
  type Leaf,
  LEAF_BYTES,
  type LoggedMethod,
  METHODS,
} from './leaf.js';
export { type LogOptions, TransparencyLog } from './log.js';
export { type AuditedLog, readLog } from './read.js';
export {
  type AskConsistency,
  type CheckpointConflict,
  type LogTrust,
  type Lost,
  type Witnessed,
  witness,
  witnessedNotes,
  witnessedStates,
} from './witness.js';
export { journalFault } from './journal.js';
export { inspectLog, type InspectedLog } from './inspect.js';
export { closedPath, expectedTile, keptPath, MAX_BUNDLE_BYTES } from './tiles.js';
