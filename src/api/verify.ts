/** What others can check our releases with: `import { … } from 'fedshot/verify'`. */
export { FedshotError, type ErrorCode } from '../shared/errors.js';
export { verifyConsistency, verifyInclusion } from '../shared/log/merkle.js';
export { parseSafetensors } from '../shared/format/safetensors.js';
export { dssePae } from '../shared/release/dsse.js';
export { assertPinnable, ed25519Verify } from '../shared/release/ed25519.js';
