/**
 * Ed25519 exactly as RFC 8032, section 5.1.7, verifies it. tweetnacl alone accepts signatures with
 * S ≥ L (whoever has one signature can make a second) and keys of low order (anyone can sign for
 * them). Both are refused here first, with noble-curves' point arithmetic. OpenSSL, through
 * `node:crypto`, has to agree as well: one implementation with a defect is not enough to get in.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import nacl from 'tweetnacl';
import { FedshotError } from '../errors.js';

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const SEED_BYTES = 32;

/** Whoever can sign for one key. */
export interface Signer {
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** @param seed 32 secret bytes (RFC 8032's private key) */
export function signerOf(seed: Uint8Array): Signer {
  const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
  return {
    keyid: keyId(publicKey),
    publicKey,
    sign: (message) => nacl.sign.detached(message, secretKey),
  };
}

/** A key's only name: the SHA-256 of its 32 bytes, in hex. */
export function keyId(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex');
}

/**
 * Whether `signature` is the key's on exactly these bytes. Everything else gives false and never throws:
 * anything but bytes, wrong lengths, S ≥ L, a key that may not be pinned, an R that is not canonical,
 * an equation that holds only after multiplication by the cofactor 8. Components of low order in a key
 * or an R are accepted: only the holder of the key can put them there.
 *
 * @param publicKey 32 bytes
 * @param signature 64 bytes, R then S
 */
export function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (![publicKey, message, signature].every(isUint8Array)) return false;
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (!Point.Fn.isValid(bytesToNumberLE(signature.subarray(32)))) return false; // S ≥ L
  if (flaw(publicKey) !== undefined) return false;
  return (
    opensslVerify(publicKey, message, signature) && // the faster one first
    nacl.sign.detached.verify(message, signature, publicKey)
  );
}

/**
 * Refuses a public key that must not be trusted: one of low order (it accepts signatures that nobody
 * made), one that is not the canonical encoding of its point, one that is no point, and what is not 32
 * bytes.
 *
 * @throws FedshotError `trust`
 */
export function assertPinnable(publicKey: Uint8Array): void {
  const why = flaw(publicKey);
  const named = isUint8Array(publicKey) ? `the public key ${hex(publicKey)}` : 'the public key';
  if (why !== undefined)
    throw new FedshotError('trust', `${named} ${why}`, {
      hint: 'ask the provider for its key over another channel; this one cannot be trusted',
    });
}

const { Point } = ed25519;

/** What is wrong with a key, or undefined. */
function flaw(publicKey: Uint8Array): string | undefined {
  if (!isUint8Array(publicKey)) return 'is not bytes (a Uint8Array)';
  if (publicKey.length !== PUBLIC_KEY_BYTES) return `is ${publicKey.length} bytes long, not 32`;
  const point = decode(publicKey, 'RFC 8032');
  if (point === undefined)
    return decode(publicKey, 'ZIP 215') ? 'is not canonical' : 'is not on the curve';
  return point.isSmallOrder() ? 'is of low order' : undefined;
}

/** The point of a key. ZIP 215 also takes y ≥ p, and a sign for x = 0; RFC 8032 takes neither. */
function decode(publicKey: Uint8Array, rules: 'RFC 8032' | 'ZIP 215') {
  try {
    return Point.fromBytes(publicKey, rules === 'ZIP 215');
  } catch {
    return undefined; // noble-curves has no other way to say that these bytes are no point
  }
}

function opensslVerify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(key).toString('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, PUBLIC_KEY_BYTES)).toString('hex');
}
