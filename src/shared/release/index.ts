export { surplusOf, type Surplus } from './canonical.js';
export { type Chunk, verifyChunk } from './chunks.js';
export {
  dssePae,
  type Envelope,
  parseEnvelope,
  type Role,
  sealEnvelope,
  serializeEnvelope,
  signersOf,
  validSigners,
} from './dsse.js';
export { assertPinnable, ed25519Verify, keyId, type Signer, signerOf } from './ed25519.js';
export type { Fetcher, MetadataFetcher } from './fetcher.js';
export { assertReleaseName, formatTime, sha256 } from './fields.js';
export {
  type Freshness,
  type FreshnessDocument,
  openFreshness,
  type ReleaseEntry,
  sealFreshness,
} from './freshness.js';
export {
  MAX_CHUNK_BYTES,
  MAX_FRESHNESS_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_RECOVERIES,
  MAX_ROOT_BYTES,
  MAX_VERSION,
} from './limits.js';
export { Keyring, type StoredKey } from './keys/keyring.js';
export { type OwnKey, type OwnKeyOptions, openOwnKey } from './keys/own-key.js';
export { assertPassphrase, MIN_PASSPHRASE, passphraseWeakness } from './keys/passphrase.js';
export { Sealed, Sealer } from './keys/sealed.js';
export {
  openManifest,
  type Release,
  type ReleaseContent,
  type ReleaseFile,
  type ReleaseTensor,
  sealManifest,
} from './manifest.js';
export {
  type LogRecovery,
  logTrust,
  openRoot,
  openRootDraft,
  type Root,
  type RootDocument,
  sealRoot,
  verifyNextRoot,
} from './root.js';
export { type RoleName, ROLES } from './roles.js';
export { CONFIG_FILE, RELEASE_FILES, type ReleasePath, TENSOR_FILES } from './statement.js';
export { mergeTrust, pinRoot, type TrustState } from './state.js';
export { Store } from './store.js';
export {
  acceptFreshness,
  acceptManifest,
  followRoots,
  type VerifiedRelease,
  verifyFreshness,
  verifyRelease,
  type VerifyRequest,
} from './verify.js';
export { type Expiring, expiryWarning, expiryWarnings, isAhead, WARNING_DAYS } from './time.js';
