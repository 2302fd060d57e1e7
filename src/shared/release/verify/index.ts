/** What others can check our releases with: `import { … } from 'fedshot/verify'`. */
export { FedshotError, type ErrorCode } from '../../errors.js';
export { verifyConsistency, verifyInclusion } from '../../log/merkle.js';
export { parseSafetensors } from '../../format/safetensors.js';
export { dssePae } from '../dsse.js';
export { assertPinnable, ed25519Verify } from '../ed25519.js';
