/**
 * How the lines of a record hang together. Each ends in
 *
 *   "chain":"<hex>","signature":"<base64>"}
 *
 * where `chain` is the running hash over all lines before it, c₀ = 0³² and cᵢ₊₁ = SHA-256(cᵢ ‖ lineᵢ),
 * and `signature` is the recorder's (Ed25519) on a prefix and the line's bytes before it.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Signer } from '../../shared/release/index.js';
import type { RecordEntry } from './entry.js';

const DOMAIN = Buffer.from('fedshot-record/2\n');
const BEFORE_SIGNATURE = ',"signature":"';
const END = '"}';

export const FIRST_CHAIN = Buffer.alloc(32);

export const nextChain = (chain: Uint8Array, line: Uint8Array): Buffer =>
  createHash('sha256').update(chain).update(line).digest();

/** The line of an entry, without its end. */
export function signLine(entry: RecordEntry, chain: Buffer, signer: Signer): string {
  const text = JSON.stringify({ ...entry, chain: chain.toString('hex') }).slice(0, -1);
  const signature = signer.sign(Buffer.concat([DOMAIN, Buffer.from(text)]));
  return `${text}${BEFORE_SIGNATURE}${Buffer.from(signature).toString('base64')}${END}`;
}

/** A public key for many lines. */
export function lineKey(hex: string): KeyObject {
  const x = Buffer.from(hex, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** Whether the line is signed by the key. */
export function lineVerifies(line: Buffer, key: KeyObject): boolean {
  const at = line.lastIndexOf(BEFORE_SIGNATURE);
  if (at === -1) return false;
  const text = line.subarray(at + BEFORE_SIGNATURE.length).toString();
  const signature = Buffer.from(text.slice(0, -END.length), 'base64');
  // One spelling alone: what else could be decoded to these bytes is not what was written.
  if (`${signature.toString('base64')}${END}` !== text) return false;
  return verify(null, Buffer.concat([DOMAIN, line.subarray(0, at)]), key, signature);
}
