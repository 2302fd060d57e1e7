import { z } from 'zod';
import { parseEnvelope, sealEnvelope, signersOf } from './dsse.js';
import type { Signer } from './ed25519.js';
import { Count, parsePayload, ReleaseName, Sha256, sha256, Time, Version } from './fields.js';
import { MAX_FRESHNESS_BYTES } from './limits.js';
import type { Root } from './root.js';

export const FRESHNESS_TYPE = 'application/vnd.fedshot.freshness+json';

/** The newest manifest of a release: its version, and SHA-256 and size of its file. */
export interface ReleaseEntry {
  version: number;
  sha256: string;
  size: number;
}

export interface FreshnessDocument {
  version: number;
  /** The newest root's version. */
  root: number;
  created: string;
  expires: string;
  releases: Record<string, ReleaseEntry>;
}

/** A freshness statement whose signatures were verified. */
export interface Freshness extends Readonly<FreshnessDocument> {
  /** SHA-256 of the payload, in hex. */
  readonly digest: string;
  readonly signedBy: readonly string[];
}

/**
 * Verifies the signatures of a freshness statement; versions and expiry are judged by the caller.
 *
 * @throws FedshotError `limit`, `format`, `signature`
 */
export function openFreshness(root: Root, bytes: Uint8Array): Freshness {
  const what = 'freshness statement';
  const envelope = parseEnvelope(bytes, FRESHNESS_TYPE, MAX_FRESHNESS_BYTES, what);
  const signedBy = signersOf(envelope, root.keys, root.roles.freshness, what);
  const document = parsePayload(FreshnessSchema, envelope.payload, what);
  return { ...document, digest: sha256(envelope.payload), signedBy };
}

/** Signs a freshness statement. @throws FedshotError `format` */
export function sealFreshness(document: FreshnessDocument, signers: readonly Signer[]): Uint8Array {
  const payload = Buffer.from(JSON.stringify(document));
  parsePayload(FreshnessSchema, payload, 'freshness statement');
  return sealEnvelope(FRESHNESS_TYPE, payload, signers);
}

export const FreshnessSchema: z.ZodType<FreshnessDocument> = z.strictObject({
  version: Count.min(1),
  root: Version,
  created: Time,
  expires: Time,
  releases: z.record(
    ReleaseName,
    z.strictObject({ version: Version, sha256: Sha256, size: Count.min(1) }),
  ),
});
