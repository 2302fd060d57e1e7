import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { type Envelope, parseEnvelope, type Role, sealEnvelope, signersOf } from './dsse.js';
import { assertPinnable, keyId, PUBLIC_KEY_BYTES, type Signer } from './ed25519.js';
import { Count, parsePayload, Sha256, sha256, Time, Version } from './fields.js';
import { MAX_RECOVERIES, MAX_ROOT_BYTES, MAX_SIGNATURES } from './limits.js';
import { type RoleName, ROLES } from './roles.js';

export const ROOT_TYPE = 'application/vnd.fedshot.root+json';

/** What a root's payload says. */
export interface RootDocument {
  version: number;
  created: string;
  expires: string;
  keys: Record<string, { type: 'ed25519'; public: string }>;
  roles: Record<RoleName, { keyids: string[]; threshold: number }>;
  /** PEM certificates of the authorities that the provider's servers answer to. */
  tls: { ca: string[] };
  /** Logs that went on from an earlier state than sites may have seen, oldest first; absent for none. */
  recoveries?: LogRecovery[];
}

/**
 * A provider's statement that a log was restored from a back-up: the log continues from this state, and
 * what was logged after it is lost. It is part of the root, so that the root's keys sign it, every site
 * sees it, and no later root can remove it.
 */
export interface LogRecovery {
  /** The log's name. */
  origin: string;
  /** How many leaves it goes on from, and the hash (hex) of the tree over them. */
  size: number;
  root: string;
  created: string;
}

/** A root whose signatures were verified, with what the checks need at hand. */
export interface Root {
  readonly document: Readonly<RootDocument>;
  readonly version: number;
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly roles: Readonly<Record<RoleName, Role>>;
  /** SHA-256 of the payload, in hex: what people compare over another channel. */
  readonly fingerprint: string;
  /** The bytes it came in. */
  readonly envelope: Uint8Array;
}

/**
 * Reads a root that vouches for itself: the threshold of its own root role signed it. That makes it
 * whole, not trusted; trust comes from pinning it or from {@link verifyNextRoot}.
 *
 * @throws FedshotError `limit`, `format`, `signature`; `trust` for a key that must not be pinned
 */
export function openRoot(bytes: Uint8Array, what = 'root'): Root {
  return open(bytes, what).root;
}

/**
 * Verifies root N+1: the thresholds of root N and of N+1 signed it, and it bears the next version.
 *
 * @throws FedshotError `rollback` for any other version, else as {@link openRoot}
 */
export function verifyNextRoot(previous: Root, bytes: Uint8Array): Root {
  const what = `root ${previous.version + 1}`;
  const { root, envelope } = open(bytes, what);
  if (root.version !== previous.version + 1)
    throw new FedshotError('rollback', `${what}: it says that it is root ${root.version}`);
  signersOf(envelope, previous.keys, previous.roles.root, `${what} under root ${previous.version}`);
  assertRecoveries(previous.document, root.document, what);
  return root;
}

/** Recoveries are never removed, and a log never goes back below the state of an earlier one. */
function assertRecoveries(before: RootDocument, now: RootDocument, what: string): void {
  const [old, all] = [before.recoveries ?? [], now.recoveries ?? []];
  if (JSON.stringify(all.slice(0, old.length)) !== JSON.stringify(old))
    throw new FedshotError('rollback', `${what}: it leaves out or changes a recovery of the log`);
  for (const [at, { origin, size }] of all.entries())
    if (all.slice(0, at).some((one) => one.origin === origin && one.size > size))
      throw new FedshotError(
        'rollback',
        `${what}: the log ${origin} would go back below what an earlier recovery says`,
      );
}

function open(bytes: Uint8Array, what: string): { root: Root; envelope: Envelope } {
  const { envelope, ...draft } = openRootDraft(bytes, what);
  const root: Root = {
    ...draft,
    version: draft.document.version,
    fingerprint: sha256(envelope.payload),
    envelope: bytes,
  };
  signersOf(envelope, root.keys, root.roles.root, what);
  return { root, envelope };
}

/** Reads a root without checking signatures: a draft that is still being signed. Not to be trusted. */
export function openRootDraft(bytes: Uint8Array, what: string) {
  const envelope = parseEnvelope(bytes, ROOT_TYPE, MAX_ROOT_BYTES, what);
  const document = parseRootDocument(envelope.payload, what);
  const keys: Root['keys'] = new Map(
    Object.entries(document.keys).map(([id, key]) => [id, Buffer.from(key.public, 'hex')]),
  );
  return { envelope, document, keys, roles: document.roles };
}

/** Signs a root; it is checked first, as a client would. @throws FedshotError `format`, `trust` */
export function sealRoot(document: RootDocument, signers: readonly Signer[]): Uint8Array {
  const payload = Buffer.from(JSON.stringify(document));
  parseRootDocument(payload, `root ${document.version}`);
  return sealEnvelope(ROOT_TYPE, payload, signers);
}

function parseRootDocument(payload: Uint8Array, what: string): RootDocument {
  const document = parsePayload(RootSchema, payload, what);
  const fail = (why: string): never => {
    throw new FedshotError('format', `${what}: ${why}`);
  };
  const used = new Map<string, RoleName>();
  for (const name of ROLES) {
    const { keyids, threshold } = document.roles[name];
    if (threshold > keyids.length)
      fail(`role ${name} needs ${threshold} signatures and has ${keyids.length} keys`);
    for (const id of keyids) {
      if (!Object.hasOwn(document.keys, id)) fail(`role ${name} names a key that is not there`);
      if (used.has(id)) fail(`one key signs twice, for ${used.get(id)!} and ${name}`);
      used.set(id, name);
    }
  }
  for (const [id, key] of Object.entries(document.keys)) {
    const bytes = Buffer.from(key.public, 'hex');
    assertPinnable(bytes);
    if (keyId(bytes) !== id) fail(`the key ${id.slice(0, 16)} goes by an id that is not its own`);
    if (!used.has(id)) fail(`the key ${id.slice(0, 16)} has no role`);
  }
  return document;
}

const RoleField = z.strictObject({
  keyids: z.array(Sha256).min(1).max(MAX_SIGNATURES),
  threshold: z.number().int().min(1),
});
const Key = z.strictObject({
  type: z.literal('ed25519'),
  public: z.string().regex(new RegExp(`^[0-9a-f]{${PUBLIC_KEY_BYTES * 2}}$`)),
});
const Recovery = z.strictObject({
  origin: z.string().regex(/^[!-*,-~]{1,128}$/, 'not the name of a log'),
  size: Count,
  root: Sha256,
  created: Time,
});
export const RootSchema: z.ZodType<RootDocument> = z.strictObject({
  version: Version,
  created: Time,
  expires: Time,
  keys: z.record(Sha256, Key),
  roles: z.strictObject({
    root: RoleField,
    release: RoleField,
    log: RoleField,
    freshness: RoleField,
  }),
  tls: z.strictObject({ ca: z.array(z.string().startsWith('-----BEGIN CERTIFICATE-----')).max(4) }),
  recoveries: z.array(Recovery).min(1).max(MAX_RECOVERIES).optional(),
});

/** What a root says of transparency logs: the keys that sign them, by key id, and what was lost of them. */
export function logTrust({ keys, roles, document }: Root): {
  keys: ReadonlyMap<string, Uint8Array>;
  recoveries: readonly LogRecovery[];
} {
  const named = [...keys].filter(([keyid]) => roles.log.keyids.includes(keyid));
  return { keys: new Map(named), recoveries: document.recoveries ?? [] };
}
