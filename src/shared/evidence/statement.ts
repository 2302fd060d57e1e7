/**
 * What is handed to an auditor is a folder and an index of it: an in-toto Statement in a DSSE envelope,
 * as releases are, whose subjects are the folder's files.
 */
import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { parseEnvelope, sealEnvelope, serializeEnvelope, validSigners } from '../release/dsse.js';
import { keyId, type Signer } from '../release/ed25519.js';
import { Count, parsePayload, Sha256, Time } from '../release/fields.js';
import { STATEMENT_PAYLOAD_TYPE, STATEMENT_TYPE } from '../release/statement.js';

/** The index, beside the files that it lists. */
export const EVIDENCE_FILE = 'evidence.json';
export const EVIDENCE_PREDICATE_TYPE = 'urn:fedshot:evidence:v1';
/** Of a store with some 300,000 files. */
export const MAX_EVIDENCE_BYTES = 64 * 2 ** 20;

const isInside = (path: string): boolean =>
  !/[\0\\]/.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part));
const Path = z.string().max(4096).refine(isInside, 'not the path of a file in this folder');

const Predicate = z.strictObject({
  of: z.enum(['site', 'provider']),
  software: z.string(),
  made: Time,
  /** Who has signed; null for nobody. */
  key: z.strictObject({ keyid: Sha256, public: Sha256 }).nullable(),
  /** Files that belong where they are and were not handed over; no digest of what is private. */
  stays: z.array(z.strictObject({ path: Path, size: Count, sha256: Sha256.nullable() })),
  /** Files that fedshot has not put there. */
  unknown: z.array(z.strictObject({ path: z.string(), size: Count })),
  /** What the files name but is no longer there. */
  gone: z.array(z.string()),
});

const Statement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(
    z.strictObject({
      name: Path,
      digest: z.strictObject({ sha256: Sha256 }),
      annotations: z.strictObject({ size: Count }),
    }),
  ),
  predicateType: z.literal(EVIDENCE_PREDICATE_TYPE),
  predicate: Predicate,
});
type Statement = z.infer<typeof Statement>;

/** A file that is in the folder. */
export interface HandedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What an index says. */
export type EvidenceIndex = z.infer<typeof Predicate> & { readonly files: readonly HandedFile[] };

/** An index, and the ids of the keys that have signed it. */
export interface OpenedEvidence {
  readonly index: EvidenceIndex;
  readonly signers: readonly string[];
}

/** Writes an index. @param signer undefined where there is no key: the index says that it is not signed */
export function sealEvidence(
  { files, ...predicate }: Omit<EvidenceIndex, 'key'>,
  signer: Signer | undefined,
): Uint8Array {
  const key = signer && {
    keyid: signer.keyid,
    public: Buffer.from(signer.publicKey).toString('hex'),
  };
  const statement: Statement = {
    _type: STATEMENT_TYPE,
    subject: files.map(({ path, size, sha256 }) => ({
      name: path,
      digest: { sha256 },
      annotations: { size },
    })),
    predicateType: EVIDENCE_PREDICATE_TYPE,
    predicate: { ...predicate, key: key ?? null },
  };
  // In the schema's order, so that a reader can produce the same bytes.
  const payload = Buffer.from(JSON.stringify(Statement.parse(statement)));
  return sealEnvelope(STATEMENT_PAYLOAD_TYPE, payload, signer ? [signer] : []);
}

/**
 * Reads an index. Whether its signers are trusted is for the caller to decide.
 *
 * @throws FedshotError `limit`; `format` for bytes that could say the same in another way; `signature`
 *   where a signature is not of the key that the index names
 */
export function openEvidence(bytes: Uint8Array, what: string): OpenedEvidence {
  const envelope = parseEnvelope(bytes, STATEMENT_PAYLOAD_TYPE, MAX_EVIDENCE_BYTES, what);
  const { subject, predicate } = parsePayload(Statement, envelope.payload, what);
  const again = Buffer.from(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject,
      predicateType: EVIDENCE_PREDICATE_TYPE,
      predicate,
    }),
  );
  if (!again.equals(envelope.payload) || !Buffer.from(serializeEnvelope(envelope)).equals(bytes))
    throw new FedshotError('format', `${what}: written in another way than fedshot writes it`);
  const signers = signersOf(envelope, predicate.key, what);
  const files = subject.map(({ name, digest, annotations }): HandedFile => ({
    path: name,
    size: annotations.size,
    sha256: digest.sha256,
  }));
  return { index: { ...predicate, files }, signers };
}

function signersOf(
  envelope: ReturnType<typeof parseEnvelope>,
  key: EvidenceIndex['key'],
  what: string,
): string[] {
  const wanted = key ? 1 : 0;
  const forged = (why: string): FedshotError =>
    new FedshotError('signature', `${what}: ${why}`, {
      hint: 'it was changed after it was signed; ask for it again',
    });
  if (envelope.signatures.length !== wanted)
    throw forged(`${envelope.signatures.length} signatures, and it names ${wanted} keys`);
  if (!key) return [];
  const publicKey = Buffer.from(key.public, 'hex');
  if (keyId(publicKey) !== key.keyid) throw forged('its key id is not that of its key');
  const role = { keyids: [key.keyid], threshold: 1 };
  const signers = validSigners(envelope, new Map([[key.keyid, publicKey]]), role);
  if (signers.length === 0) throw forged('its signature is not that of the key that it names');
  return signers;
}
