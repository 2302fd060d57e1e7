import { isUint8Array } from 'node:util/types';
import { dsse } from '@sigstore/core';
import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { ed25519Verify, type Signer, SIGNATURE_BYTES } from './ed25519.js';
import { parsePayload, Sha256 } from './fields.js';
import { MAX_SIGNATURES } from './limits.js';

/** What a DSSE envelope holds, base64 undone. Nothing in it is trusted before `signersOf`. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Uint8Array }[];
}

/** Which keys may sign for something, and how many of them must. */
export interface Role {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/**
 * DSSE's pre-authentication encoding: the bytes that are signed.
 *
 * @throws FedshotError `usage` for what is neither text nor bytes: a copy of it might not be the same
 */
export function dssePae(payloadType: string, payload: Uint8Array | string): Uint8Array {
  if (typeof payloadType !== 'string')
    throw new FedshotError('usage', 'the payload type is not a string');
  if (typeof payload !== 'string' && !isUint8Array(payload))
    throw new FedshotError('usage', 'the payload is neither a string nor bytes (a Uint8Array)');
  return dsse.preAuthEncoding(payloadType, Buffer.from(payload));
}

/** Signs a payload with every signer and writes the envelope. */
export function sealEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signers: readonly Signer[],
): Uint8Array {
  const pae = dssePae(payloadType, payload);
  const signatures = signers.map((signer) => ({ keyid: signer.keyid, sig: signer.sign(pae) }));
  return serializeEnvelope({ payloadType, payload, signatures });
}

export function serializeEnvelope({ payloadType, payload, signatures }: Envelope): Uint8Array {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return Buffer.from(
    JSON.stringify({
      payloadType,
      payload: base64(payload),
      signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: base64(sig) })),
    }),
  );
}

/**
 * Reads an envelope without judging its signatures.
 *
 * @param maxBytes checked before anything is read
 * @throws FedshotError `limit`, or `format` also for another payload type than this
 */
export function parseEnvelope(
  bytes: Uint8Array,
  payloadType: string,
  maxBytes: number,
  what: string,
): Envelope {
  if (bytes.length > maxBytes)
    throw new FedshotError(
      'limit',
      `${what}: ${bytes.length} bytes where at most ${maxBytes} are allowed`,
    );
  const envelope = parsePayload(Wire, bytes, what);
  if (envelope.payloadType !== payloadType)
    throw new FedshotError('format', `${what}: the payload is not of type ${payloadType}`);
  return {
    payloadType,
    payload: Buffer.from(envelope.payload, 'base64'),
    signatures: envelope.signatures.map(({ keyid, sig }) => ({
      keyid,
      sig: Buffer.from(sig, 'base64'),
    })),
  };
}

/** The role's keys that signed the envelope, each counted once; however many they are. */
export function validSigners(
  envelope: Envelope,
  keys: ReadonlyMap<string, Uint8Array>,
  role: Role,
): string[] {
  const pae = dssePae(envelope.payloadType, envelope.payload);
  return role.keyids.filter((keyid) => {
    const key = keys.get(keyid);
    return (
      key !== undefined &&
      envelope.signatures.some((s) => s.keyid === keyid && ed25519Verify(key, pae, s.sig))
    );
  });
}

/**
 * The same, where they must be enough.
 *
 * @param keys public key by id
 * @throws FedshotError `signature` when they are fewer than the role's threshold
 */
export function signersOf(
  envelope: Envelope,
  keys: ReadonlyMap<string, Uint8Array>,
  role: Role,
  what: string,
): string[] {
  const valid = validSigners(envelope, keys, role);
  if (valid.length < role.threshold)
    throw new FedshotError(
      'signature',
      `${what}: ${valid.length} of the ${role.threshold} signatures that are required`,
      { hint: 'it was not signed by the provider that was pinned, or was changed on its way' },
    );
  return valid;
}

/** Base64 in its one canonical spelling, so that an envelope's bytes say nothing on the side. */
const Base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'not base64');

const Wire = z.strictObject({
  payloadType: z.string(),
  payload: Base64,
  signatures: z
    .array(
      z.strictObject({
        keyid: Sha256,
        sig: Base64.refine((text) => Buffer.byteLength(text, 'base64') === SIGNATURE_BYTES),
      }),
    )
    .max(MAX_SIGNATURES),
});
