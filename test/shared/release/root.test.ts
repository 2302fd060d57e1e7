import { describe, expect, it } from 'vitest';
import {
  openRoot,
  type RootDocument,
  sealEnvelope,
  sealRoot,
  sha256,
  verifyNextRoot,
} from '../../../src/shared/release/index.js';
import { ROOT_TYPE } from '../../../src/shared/release/root.js';
import { failsWith, publicHex, rootDocument, signer } from '../../fixtures/world.js';

const root = signer('root');
/** Signed without the checks that sealRoot makes. */
const unchecked = (document: unknown): Uint8Array =>
  sealEnvelope(ROOT_TYPE, Buffer.from(JSON.stringify(document)), [root]);
/** A root whose log key is these 32 bytes. */
const withLogKey = (hex: string, id = sha256(Buffer.from(hex, 'hex'))): RootDocument => {
  const document = rootDocument();
  const keys = { ...document.keys, [id]: { type: 'ed25519' as const, public: hex } };
  Reflect.deleteProperty(keys, signer('log').keyid);
  return { ...document, keys, roles: { ...document.roles, log: { keyids: [id], threshold: 1 } } };
};

describe('openRoot', () => {
  it('opens a root that its own threshold signed', () => {
    const [a, b, c] = [signer('a'), signer('b'), signer('c')];
    const document = rootDocument({ root: { signers: [a, b, c], threshold: 2 } });
    expect(openRoot(sealRoot(document, [c, a])).version).toBe(1);
    expect(() => openRoot(sealRoot(document, [c, c]))).toThrow(failsWith('signature'));
    expect(() => openRoot(sealRoot(document, [c, signer('release')]))).toThrow(
      failsWith('signature'),
    );
  });

  it('its fingerprint is that of what was signed, whoever signed it', () => {
    const document = rootDocument({ root: { signers: [root, signer('b')] } });
    const [one, other] = [sealRoot(document, [root]), sealRoot(document, [signer('b')])];
    expect(openRoot(one).fingerprint).toBe(openRoot(other).fingerprint);
    expect(openRoot(one).fingerprint).toBe(sha256(Buffer.from(JSON.stringify(document))));
  });

  it.each([
    ['low-order key: the identity', '01'.padEnd(64, '0')],
    ['low-order key: y = 0', '00'.repeat(32)],
    ['non-canonical key', 'ff'.repeat(32)],
    ['a key that is no point', '02'.padEnd(64, '0')],
  ])('%s: refuses to trust it', (_, hex) => {
    expect(() => openRoot(unchecked(withLogKey(hex)))).toThrow(failsWith('trust'));
    expect(() => sealRoot(withLogKey(hex), [root])).toThrow(failsWith('trust'));
  });

  it('one key under two ids: refuses an id that is not the key’s own', () => {
    const key = publicHex(signer('another log'));
    expect(() => openRoot(unchecked(withLogKey(key, 'ab'.repeat(32))))).toThrow(
      failsWith('format'),
    );
    expect(openRoot(unchecked(withLogKey(key))).version).toBe(1);
  });

  const document = rootDocument();
  const roles = (more: object): object => ({ ...document, roles: { ...document.roles, ...more } });
  const { release } = document.roles;
  it.each([
    ['one key in two roles', roles({ log: release })],
    [
      'one key twice in a role',
      roles({ release: { keyids: [...release.keyids, ...release.keyids], threshold: 2 } }),
    ],
    ['a threshold of 0', roles({ release: { ...release, threshold: 0 } })],
    ['a threshold above the number of keys', roles({ release: { ...release, threshold: 2 } })],
    ['a role without keys', roles({ release: { keyids: [], threshold: 1 } })],
    [
      'a role that names a key that is not there',
      roles({ release: { keyids: ['ab'.repeat(32)], threshold: 1 } }),
    ],
    ['a missing role', { ...document, roles: { root: document.roles.root } }],
    ['an unknown role', roles({ admin: release })],
    ['an unknown key', { ...document, note: 'hello' }],
    ['version 0', { ...document, version: 0 }],
    ['version 2^20', { ...document, version: 2 ** 20 }],
    ['a version that is a string', { ...document, version: '1' }],
    ['a date that does not exist', { ...document, expires: '2027-02-30T00:00:00Z' }],
    ['a date in another zone', { ...document, expires: '2027-01-01T00:00:00+01:00' }],
    [
      'a key of another type',
      {
        ...document,
        keys: Object.fromEntries(
          Object.entries(document.keys).map(([id, key]) => [id, { ...key, type: 'rsa' }]),
        ),
      },
    ],
  ])('refuses %s', (_, changed) => {
    expect(() => openRoot(unchecked(changed))).toThrow(failsWith('format'));
  });

  it('refuses a key without a role', () => {
    const stray = { type: 'ed25519' as const, public: publicHex(signer('stray')) };
    const keys = { ...document.keys, [signer('stray').keyid]: stray };
    expect(() => openRoot(unchecked({ ...document, keys }))).toThrow(/has no role/);
  });
});

describe('verifyNextRoot', () => {
  const [old, next] = [
    [signer('a'), signer('b')],
    [signer('c'), signer('d')],
  ];
  const first = openRoot(sealRoot(rootDocument({ root: { signers: old, threshold: 2 } }), old));
  const changed = rootDocument({ root: { signers: next, threshold: 2 } }, { version: 2 });
  const by =
    (...signers: typeof old) =>
    () =>
      verifyNextRoot(first, sealRoot(changed, signers));

  it('accepts root N+1 signed by the thresholds of N and of N+1', () => {
    expect(by(...old, ...next)().version).toBe(2);
  });

  it.each([
    ['by N+1 alone: a takeover', next],
    ['by N alone: keys that nobody has shown to hold', old],
    ['by one of two of N', [old[0]!, ...next]],
    ['by one of two of N+1', [...old, next[0]!]],
    ['by one of N twice', [old[0]!, old[0]!, ...next]],
  ])('refuses one signed %s', (_, signers) => {
    expect(by(...signers)).toThrow(failsWith('signature'));
  });

  it.each([1, 3, 5])('rollback and skipping: refuses version %i after version 1', (version) => {
    const bytes = sealRoot({ ...changed, version }, [...old, ...next]);
    expect(() => verifyNextRoot(first, bytes)).toThrow(failsWith('rollback'));
  });
});
