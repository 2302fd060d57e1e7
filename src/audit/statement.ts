/** The result of an audit for machines: an in-toto Statement in a DSSE envelope, as releases are. */
import { z } from 'zod';
import { FedshotError } from '../shared/errors.js';
import {
  ed25519Verify,
  dssePae,
  keyId,
  parseEnvelope,
  serializeEnvelope,
  sha256,
} from '../shared/release/index.js';
import { STATEMENT_PAYLOAD_TYPE, STATEMENT_TYPE } from '../shared/release/statement.js';
import type { AuditResult } from './audit.js';

export const AUDIT_PREDICATE_TYPE = 'urn:fedshot:audit:v1';
/** Of an audit with thousands of findings. */
export const MAX_STATEMENT_BYTES = 16 * 2 ** 20;

const Digest = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const Lines = z.array(z.string());
const Statement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.object({ name: z.string(), digest: Digest })),
  predicateType: z.literal(AUDIT_PREDICATE_TYPE),
  predicate: z.object({
    verdict: z.enum(['PASS', 'FAIL', 'INCOMPLETE']),
    at: z.string(),
    auditor: z.string().nullable(),
    software: z.string(),
    parts: Lines,
    without: Lines,
    provider: z.unknown(),
    releases: z.array(z.object({ name: z.string(), version: z.number(), digest: Digest })),
    period: z.unknown(),
    claims: z.array(
      z.object({
        id: z.string(),
        claim: z.string(),
        verdict: z.enum(['PASS', 'FAIL', 'NOT CHECKED', 'LEFT OUT']),
        findings: Lines,
        missing: Lines,
        notCovered: Lines,
      }),
    ),
    unexplainedBytes: z.number().nullable(),
    slackBytes: z.number().nullable(),
    strangers: z.unknown(),
  }),
});
export type AuditStatement = z.infer<typeof Statement>;

/**
 * The statement of an audit, signed.
 *
 * @param sign signs DSSE's encoding of it; undefined for a statement that is not signed
 * @param page the HTML page, which becomes one of the subjects, by its file's name
 */
export async function writeStatement(
  result: AuditResult,
  sign?: (message: Uint8Array) => Promise<{ keyid: string; sig: Uint8Array }>,
  page?: { name: string; content: string },
): Promise<Uint8Array> {
  const { about, claims } = result;
  const artefacts = about.artefacts.flatMap(({ name, digest }) =>
    digest ? [{ name, digest: { sha256: digest.sha256 } }] : [],
  );
  const pages = page
    ? [{ name: page.name, digest: { sha256: sha256(Buffer.from(page.content)) } }]
    : [];
  const statement: AuditStatement = {
    _type: STATEMENT_TYPE,
    subject: [...artefacts, ...pages],
    predicateType: AUDIT_PREDICATE_TYPE,
    predicate: {
      verdict: result.verdict,
      at: result.at,
      auditor: about.auditor,
      software: about.software,
      parts: [...result.parts],
      without: [...result.without],
      provider: about.provider,
      releases: about.releases.map(({ name, version, digest }) => ({
        name,
        version,
        digest: { sha256: digest },
      })),
      period: about.period,
      claims: claims.map(({ id, claim, verdict, findings, missing, notCovered }) => ({
        id,
        claim,
        verdict,
        findings: [...findings],
        missing: [...missing],
        notCovered: [...notCovered],
      })),
      unexplainedBytes: result.unexplainedBytes,
      slackBytes: result.slackBytes,
      strangers: result.strangers,
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const signatures = sign ? [await sign(dssePae(STATEMENT_PAYLOAD_TYPE, payload))] : [];
  return serializeEnvelope({ payloadType: STATEMENT_PAYLOAD_TYPE, payload, signatures });
}

/**
 * Reads a statement that a known auditor has signed.
 *
 * @param publicKey the auditor's, 32 bytes
 * @throws FedshotError `signature` when the key has not signed it, `format`, `limit`
 */
export function openStatement(bytes: Uint8Array, publicKey: Uint8Array): AuditStatement {
  const what = 'the statement';
  const envelope = parseEnvelope(bytes, STATEMENT_PAYLOAD_TYPE, MAX_STATEMENT_BYTES, what);
  if (envelope.signatures.length === 0)
    throw new FedshotError('signature', `${what} is not signed`, {
      hint: 'ask the auditor for one: fedshot audit … --statement FILE --key FILE',
    });
  const pae = dssePae(envelope.payloadType, envelope.payload);
  const id = keyId(publicKey);
  const signed = envelope.signatures.some(
    ({ keyid, sig }) => keyid === id && ed25519Verify(publicKey, pae, sig),
  );
  if (!signed)
    throw new FedshotError('signature', `${what} is not signed by the key ${id.slice(0, 16)}…`, {
      hint: 'it is of another auditor, or was changed; ask who audited for the statement and the key again',
    });
  try {
    return Statement.parse(JSON.parse(Buffer.from(envelope.payload).toString()));
  } catch (cause) {
    throw new FedshotError('format', `${what} is signed, and is not of an audit`, { cause });
  }
}
