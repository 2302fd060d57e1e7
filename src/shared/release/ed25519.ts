/**
 * Ed25519 as RFC 8032 section 5.1.7 has it and no wider. tweetnacl does the arithmetic; it accepts
 * signatures with S ≥ L (a second valid signature for anyone who has one) and keys of low order (for
 * which anyone can sign anything), so both are refused before it is asked. OpenSSL, through
 * `node:crypto`, has to agree: a defect in one implementation is not enough to be let in.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
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
 * Whether `signature` is the key's on exactly these bytes. False, never an exception, for whatever is
 * not: anything but bytes, wrong lengths, S ≥ L, a key that may not be pinned, an R that is not canonical, an equation that
 * holds only after multiplication by the cofactor 8. Components of low order in a key or an R are no
 * reason to refuse: only the holder of the key can put them there.
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
  if (little(signature.subarray(32)) >= L) return false;
  if (flaw(publicKey) !== undefined) return false;
  return (
    opensslVerify(publicKey, message, signature) && // the faster one first
    nacl.sign.detached.verify(message, signature, publicKey)
  );
}

/**
 * Refuses a public key that must not be trusted: one of low order (it verifies signatures that nobody
 * made), one that is not the canonical encoding of its point, 32 bytes that are no point at all, and what is not 32 bytes.
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

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * power(121666n, P - 2n));

/** What is wrong with a key, or undefined. The curve is -x² + y² = 1 + d·x²·y² (RFC 8032, 5.1). */
function flaw(publicKey: Uint8Array): string | undefined {
  if (!isUint8Array(publicKey)) return 'is not bytes (a Uint8Array)';
  if (publicKey.length !== PUBLIC_KEY_BYTES) return `is ${publicKey.length} bytes long, not 32`;
  const encoded = little(publicKey);
  const y = encoded & (2n ** 255n - 1n);
  if (y >= P) return 'is not canonical';
  const y2 = mod(y * y);
  // Order 1 and 2: y = ±1; order 4: y = 0; order 8: twice the point has y = 0, so x² = -y².
  if (y === 0n || y2 === 1n || mod(D * y2 * y2 + 2n * y2 - 1n) === 0n) return 'is of low order';
  // x² = (y² - 1) / (d·y² + 1); a quotient is a square where the product is (Euler's criterion).
  if (power(mod((y2 - 1n) * (D * y2 + 1n)), (P - 1n) / 2n) !== 1n) return 'is not on the curve';
  return undefined;
}

function opensslVerify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(key).toString('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

function mod(n: bigint): bigint {
  return ((n % P) + P) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b))
    if (e & 1n) result = mod(result * b);
  return result;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, PUBLIC_KEY_BYTES)).toString('hex');
}

function little(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(bytes).reverse())}`);
}
