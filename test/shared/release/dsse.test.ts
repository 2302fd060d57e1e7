import { describe, expect, it } from 'vitest';
import {
  dssePae,
  type Envelope,
  parseEnvelope,
  sealEnvelope,
  serializeEnvelope,
  signersOf,
} from '../../../src/shared/release/index.js';
import { failsWith, signer } from '../../fixtures/world.js';

const TYPE = 'application/x-test';
const payload = Buffer.from('{"a":1}');
const [a, b, c] = [signer('a'), signer('b'), signer('c')];
const keys = new Map([a, b, c].map((key) => [key.keyid, key.publicKey]));
const role = { keyids: [a.keyid, b.keyid], threshold: 2 };
const open = (bytes: Uint8Array): Envelope => parseEnvelope(bytes, TYPE, 4096, 'envelope');
const json = (change: (envelope: Record<string, unknown>) => void): Uint8Array => {
  const envelope = JSON.parse(Buffer.from(sealEnvelope(TYPE, payload, [a])).toString()) as Record<
    string,
    unknown
  >;
  change(envelope);
  return Buffer.from(JSON.stringify(envelope));
};

describe('dssePae', () => {
  it("gives the specification's example", () => {
    const pae = dssePae('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(Buffer.from(pae).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts bytes, not characters', () => {
    expect(Buffer.from(dssePae('ü', 'é')).toString()).toBe('DSSEv1 2 ü 2 é');
  });

  it.each([undefined, null, 5, [1, 2], new ArrayBuffer(2), new Uint16Array([256]), { length: 2 }])(
    'refuses %o in the place of bytes, of which a copy would be something else',
    (odd) => {
      expect(() => dssePae('t', odd as never)).toThrow(failsWith('usage'));
      expect(() => dssePae(odd as never, 'x')).toThrow(failsWith('usage'));
    },
  );

  it('tells apart what concatenation would not', () => {
    expect(dssePae('a', 'b 1 c')).not.toEqual(dssePae('a 1 b', 'c'));
  });
});

describe('parseEnvelope', () => {
  it('reads what sealEnvelope wrote', () => {
    const envelope = open(sealEnvelope(TYPE, payload, [a, b]));
    expect(Buffer.from(envelope.payload)).toEqual(payload);
    expect(open(serializeEnvelope(envelope))).toEqual(envelope);
  });

  it('endless data: refuses more than the limit before it reads any', () => {
    const bytes = sealEnvelope(TYPE, payload, [a]);
    const parse = (limit: number) => () => parseEnvelope(bytes, TYPE, limit, 'envelope');
    expect(parse(bytes.length)).not.toThrow();
    expect(parse(bytes.length - 1)).toThrow(failsWith('limit'));
  });

  it.each([
    ['another payload type', json((e) => (e.payloadType = 'application/x-tess'))],
    ['an unknown key', json((e) => (e.note = 'hello'))],
    ['a missing key', json((e) => delete e.signatures)],
    ['base64 with a stray bit', json((e) => (e.payload = 'eyJhIjoxfR=='))],
    ['base64 without padding', json((e) => (e.payload = (e.payload as string).replace(/=+$/, '')))],
    ['base64 of the URL kind', json((e) => (e.payload = '__8='))],
    ['base64 with a line break', json((e) => (e.payload = `${e.payload as string}\n`))],
    [
      'a signature of 63 bytes',
      json((e) => (e.signatures = [{ keyid: a.keyid, sig: 'AAAA'.repeat(21) }])),
    ],
    [
      '17 signatures',
      json(
        (e) => (e.signatures = Array.from({ length: 17 }, () => (e.signatures as unknown[])[0])),
      ),
    ],
    ['trailing bytes', Buffer.concat([sealEnvelope(TYPE, payload, [a]), Buffer.from('x')])],
    ['a key that occurs twice', Buffer.from('{"payloadType":"a","payloadType":"a"}')],
    ['no JSON', Buffer.from('\u0000\u001b[31m')],
    ['nothing', new Uint8Array(0)],
    ['null', Buffer.from('null')],
    ['a very deep array', Buffer.from(`${'['.repeat(2000)}${']'.repeat(2000)}`)],
  ])('refuses %s', (_, bytes) => {
    expect(() => open(bytes)).toThrow(failsWith('format'));
  });

  it('never repeats received bytes to the terminal', () => {
    const bytes = json((e) => (e['\u001b[31mred\u0007'] = 1));
    expect(() => open(bytes)).toThrow(/^[\x20-\x7e]*$/);
  });
});

describe('signersOf', () => {
  const count = (envelope: Envelope) => () => signersOf(envelope, keys, role, 'envelope');
  const sealed = (...signers: (typeof a)[]): Envelope => open(sealEnvelope(TYPE, payload, signers));

  it('accepts the threshold, in any order and beside strangers', () => {
    expect(count(sealed(b, c, a, signer('stranger')))()).toEqual([a.keyid, b.keyid]);
  });

  it('duplicate signature: counts a key once', () => {
    expect(count(sealed(a, a))).toThrow(failsWith('signature'));
  });

  it('duplicate signature: counts one signature under two key ids once', () => {
    const { signatures } = sealed(a);
    const twice = [signatures[0]!, { keyid: b.keyid, sig: signatures[0]!.sig }];
    expect(count({ ...sealed(a), signatures: twice })).toThrow(failsWith('signature'));
  });

  it('a bad signature does not spoil a good one of the same key', () => {
    const { signatures } = sealed(a, b);
    const bad = { keyid: a.keyid, sig: new Uint8Array(64) };
    expect(count({ ...sealed(a), signatures: [bad, ...signatures] })()).toHaveLength(2);
  });

  it('key of another role: refuses it', () => {
    expect(count(sealed(a, c))).toThrow(failsWith('signature'));
  });

  it('refuses signatures on the bare payload, and under another type', () => {
    const bare = [a, b].map((key) => ({ keyid: key.keyid, sig: key.sign(payload) }));
    expect(count({ ...sealed(a), signatures: bare })).toThrow(failsWith('signature'));
    expect(count({ ...sealed(a, b), payloadType: 'other' })).toThrow(failsWith('signature'));
  });
});
