import { parseEnvelope, serializeEnvelope, validSigners } from './dsse.js';
import { FreshnessSchema, FRESHNESS_TYPE } from './freshness.js';
import { MAX_MANIFEST_BYTES } from './limits.js';
import { type Root, ROOT_TYPE, RootSchema } from './root.js';
import { Statement, STATEMENT_PAYLOAD_TYPE } from './statement.js';

const FORMS = {
  root: [ROOT_TYPE, RootSchema],
  manifest: [STATEMENT_PAYLOAD_TYPE, Statement],
  freshness: [FRESHNESS_TYPE, FreshnessSchema],
} as const;

/** Why a signed file could carry hidden data. Verifiers accept it, since its signatures are valid; an audit reports it. */
export type Surplus = 'envelope' | 'payload' | 'signature';

/**
 * What a signed file carries beside its content: a choice among equal forms of JSON (white space,
 * escapes, the order of keys), or signatures by keys of no root. Undefined for nothing.
 *
 * @param roots every root whose keys may have signed
 * @throws FedshotError `format` for bytes that are not of this form
 */
export function surplusOf(
  bytes: Uint8Array,
  form: keyof typeof FORMS,
  roots: readonly Root[],
): Surplus | undefined {
  const [type, schema] = FORMS[form];
  const envelope = parseEnvelope(bytes, type, MAX_MANIFEST_BYTES, form);
  if (!Buffer.from(serializeEnvelope(envelope)).equals(bytes)) return 'envelope';
  const text = Buffer.from(envelope.payload).toString();
  if (JSON.stringify(schema.parse(JSON.parse(text))) !== text) return 'payload';
  const known = new Set<string>();
  for (const { keys } of roots) {
    const role = { keyids: [...keys.keys()], threshold: 1 };
    for (const keyid of validSigners(envelope, keys, role)) known.add(keyid);
  }
  return envelope.signatures.length === known.size ? undefined : 'signature';
}
