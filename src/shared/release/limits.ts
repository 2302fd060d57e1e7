/** Size limits, all checked before anything is parsed; `docs/release-format.md` states them. */
export const MAX_ROOT_BYTES = 64 * 1024;
export const MAX_FRESHNESS_BYTES = 256 * 1024;
export const MAX_MANIFEST_BYTES = 3 * 1024 * 1024;
export const MAX_CHUNK_BYTES = 1024 * 1024;

/** Of roots and of releases: what the protocol's integers can say. */
export const MAX_VERSION = 2 ** 20 - 1;
/** How many newer roots a client follows in one go; more is an endless chain. */
export const MAX_ROOT_STEPS = 1024;
/** Signatures per envelope. */
export const MAX_SIGNATURES = 16;
/** Of logs, in a root. */
export const MAX_RECOVERIES = 32;
