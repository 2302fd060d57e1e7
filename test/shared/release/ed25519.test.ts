import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import nacl from 'tweetnacl';
import { assertPinnable, ed25519Verify, signerOf } from '../../../src/shared/release/ed25519.js';
import { failsWith, signer } from '../../fixtures/world.js';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const message = Buffer.from('weights');
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;

/** 32 little-endian bytes. */
const encode = (n: bigint, negative = false): Uint8Array => {
  const bytes = Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse();
  if (negative) bytes[31]! |= 0x80;
  return new Uint8Array(bytes);
};
const ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const lowOrder: [string, Uint8Array][] = [0n, 1n, P - 1n, ORDER_8, P - ORDER_8].flatMap((y) =>
  [false, true].map((sign): [string, Uint8Array] => [`y = ${y}, sign ${sign}`, encode(y, sign)]),
);

describe('ed25519Verify', () => {
  // RFC 8032, 7.1, tests 1 and 2.
  it.each([
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ])('accepts the vector of RFC 8032 for %s', (key, text, signature) => {
    expect(ed25519Verify(hex(key), hex(text), hex(signature))).toBe(true);
    expect(ed25519Verify(hex(key), hex(`${text}00`), hex(signature))).toBe(false);
  });

  it("accepts OpenSSL's signatures", () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
    expect(ed25519Verify(key, message, sign(null, message, privateKey))).toBe(true);
  });

  it('refuses a malleable signature: S + L, which tweetnacl takes for as good as S', () => {
    const key = signer('a');
    const good = key.sign(message);
    const S = BigInt(`0x${Buffer.from(good.slice(32)).reverse().toString('hex')}`);
    const forged = new Uint8Array(64);
    forged.set(good.subarray(0, 32));
    forged.set(encode(S + L), 32);
    expect(nacl.sign.detached.verify(message, forged, key.publicKey)).toBe(true);
    expect(ed25519Verify(key.publicKey, message, forged)).toBe(false);
    expect(ed25519Verify(key.publicKey, message, good)).toBe(true);
  });

  it('refuses the signature R = identity, S = 0 that a low-order key gives to every message', () => {
    const identity = encode(1n);
    const forged = new Uint8Array(64);
    forged.set(identity);
    expect(nacl.sign.detached.verify(message, forged, identity)).toBe(true);
    expect(ed25519Verify(identity, message, forged)).toBe(false);
  });

  it('refuses every flipped bit of signature, key and message', () => {
    const own = signerOf(hex('07'.repeat(32)));
    const parts = [own.publicKey, new Uint8Array(message), own.sign(message)] as const;
    for (const [which, part] of parts.entries())
      for (let bit = 0; bit < part.length * 8; bit += 13) {
        const [key, text, signature] = parts.map((bytes) => bytes.slice());
        [key, text, signature][which]![bit >> 3]! ^= 1 << (bit & 7);
        expect(ed25519Verify(key!, text!, signature!)).toBe(false);
      }
  });

  const notBytes: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['hex', '07'.repeat(32)],
    ['a number', 32],
    ['numbers', Array.from({ length: 32 }, () => 7)],
    ['an ArrayBuffer', new ArrayBuffer(32)],
    ['a view of wider numbers', new Uint16Array(32)],
    ['something with a length', { length: 32 }],
  ];
  it.each(notBytes)('answers false, and does not throw, for %s in the place of bytes', (_, odd) => {
    const own = signerOf(hex('07'.repeat(32)));
    const good = [own.publicKey, message, own.sign(message)] as const;
    expect(ed25519Verify(...good)).toBe(true);
    for (const at of [0, 1, 2]) {
      const given = good.map((bytes, i) => (i === at ? odd : bytes)) as unknown as typeof good;
      expect(ed25519Verify(...given)).toBe(false);
    }
    expect(() => assertPinnable(odd as Uint8Array)).toThrow(failsWith('trust'));
  });

  it('answers false for wrong lengths', () => {
    const key = signer('a');
    const good = key.sign(message);
    expect(ed25519Verify(key.publicKey, message, good.subarray(0, 63))).toBe(false);
    expect(ed25519Verify(key.publicKey, message, new Uint8Array([...good, 0]))).toBe(false);
    expect(ed25519Verify(key.publicKey.subarray(1), message, good)).toBe(false);
    expect(ed25519Verify(new Uint8Array(0), message, new Uint8Array(0))).toBe(false);
  });
});

describe('assertPinnable', () => {
  it('accepts keys that were generated', () => {
    for (let i = 0; i < 50; i++) assertPinnable(signer(`key ${i}`).publicKey);
  });

  it.each(lowOrder)('refuses the low-order key with %s', (_, key) => {
    expect(() => assertPinnable(key)).toThrow(failsWith('trust'));
  });

  it.each([
    ['y = p + 3, not canonical', encode(P + 3n)],
    ['y = p, a low-order point not canonically', encode(P)],
    ['y = 2^255 - 1', encode(2n ** 255n - 1n, true)],
    ['y = 2, not on the curve', encode(2n)],
    ['31 bytes', new Uint8Array(31).fill(9)],
    ['33 bytes', new Uint8Array(33).fill(9)],
  ])('refuses %s', (_, key) => {
    expect(() => assertPinnable(key)).toThrow(failsWith('trust'));
  });

  it.each([
    ['is not canonical', encode(P + 3n)],
    ['is not canonical', encode(1n, true)],
    ['is of low order', encode(1n)],
    ['is of low order', encode(ORDER_8)],
    ['is not on the curve', encode(2n)],
    ['is 31 bytes long, not 32', new Uint8Array(31)],
  ])('says that such a key %s', (why, key) => {
    expect(() => assertPinnable(key)).toThrow(why);
  });
});

const VECTORS = new URL('../../vectors/wycheproof-ed25519.json', import.meta.url);

describe("Wycheproof's vectors", () => {
  it('gets all of them right', () => {
    interface Group {
      publicKey: { pk: string };
      tests: { tcId: number; msg: string; sig: string; result: string }[];
    }
    const { testGroups } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { testGroups: Group[] };
    const wrong: number[] = [];
    let count = 0;
    for (const { publicKey, tests } of testGroups)
      for (const { tcId, msg, sig, result } of tests) {
        count++;
        const valid = ed25519Verify(hex(publicKey.pk), hex(msg), hex(sig));
        if (valid !== (result === 'valid')) wrong.push(tcId);
      }
    expect(wrong).toEqual([]);
    expect(count).toBe(151);
  });
});
