import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renewRoot, revokeKeys, rotateKeys } from '../../../src/provider/keys/rotate.js';
import { refreshFreshness } from '../../../src/provider/publish/freshness.js';
import { Keyring, openManifest, Sealer, Store } from '../../../src/shared/release/index.js';
import { keyDeskOf, keyDesks } from '../../fixtures/key-desk.js';
import { days, failsWith } from '../../fixtures/world.js';

const setUp = keyDesks();

describe('rotateKeys', () => {
  it.each(['root', 'release', 'log', 'freshness'] as const)(
    'gives the role %s a new key; the site follows and stays at what it had',
    async (role) => {
      const { publish, pull, change, version } = setUp();
      await publish();
      const before = await pull();
      const outcome = await rotateKeys({ ...change, role });
      expect(outcome).toMatchObject({ state: 'published', version: 2 });
      const after = await pull();
      expect(version()).toBe(2);
      expect(after.chunks).toEqual(before.chunks);
      expect(after.version).toBe(role === 'release' ? 2 : 1);
      await publish();
      await expect(pull()).resolves.toMatchObject({ version: after.version + 1 });
    },
  );

  it('stolen key: what the old key signed or signs is no release any more', async () => {
    const { store, publish, change } = setUp();
    await publish();
    const old = new Store(store).newestRoot();
    const signed = readFileSync(new Store(store).manifestPath('digits', 1));
    expect(openManifest(old, signed).version).toBe(1);
    await rotateKeys({ ...change, role: 'release' });
    const root = new Store(store).newestRoot();
    expect(() => openManifest(root, signed)).toThrow(failsWith('signature'));
    const again = readFileSync(new Store(store).manifestPath('digits', 2));
    expect(openManifest(root, again).version).toBe(2);
  });

  it('wrong passphrase: changes nothing', async () => {
    const { store, change, keyring, pull, publish } = setUp();
    await publish();
    const wrong = new Keyring({
      dir: keyring.dir,
      sealer: () => Promise.resolve(new Sealer('wrong', 2 ** 14)),
    });
    await expect(renewRoot({ ...change, keyring: wrong })).rejects.toThrow(failsWith('trust'));
    expect(new Store(store).newestRoot().version).toBe(1);
    await pull();
  });

  it('refuses what is no public key', async () => {
    const { change } = setUp();
    const rotate = (hex: string) => rotateKeys({ ...change, role: 'log', publicKeys: [hex] });
    await expect(rotate('xyz')).rejects.toThrow(failsWith('usage'));
    await expect(rotate(`${'ab'.repeat(31)}zz`)).rejects.toThrow(failsWith('usage'));
  });

  it('low-order key: refuses to give it a role', async () => {
    const { change, store } = setUp();
    const publicKeys = ['01'.padEnd(64, '0')];
    const refused = rotateKeys({ ...change, role: 'log', publicKeys });
    await expect(refused).rejects.toThrow(failsWith('trust'));
    expect(new Store(store).newestRoot().version).toBe(1);
  });
});

describe('revokeKeys', () => {
  it('takes a key out and puts a new one where too few are left', async () => {
    const { change, store, publish, pull } = setUp();
    await publish();
    const { freshness, root } = new Store(store).newestRoot().roles;
    await revokeKeys({ ...change, keyids: [freshness.keyids[0]!.slice(0, 8)] });
    const after = new Store(store).newestRoot().roles;
    expect(after.freshness.keyids).toHaveLength(1);
    expect(after.freshness.keyids).not.toEqual(freshness.keyids);
    expect(after.root).toEqual(root);
    await pull();
  });

  it('leaves a role with enough keys smaller', async () => {
    const { change, store } = await keyDeskOf({ rootKeys: 3, rootThreshold: 2 });
    const [first] = new Store(store).newestRoot().roles.root.keyids;
    await revokeKeys({ ...change, keyids: [first!] });
    expect(new Store(store).newestRoot().roles.root.keyids).toHaveLength(2);
  });

  it.each(['', 'ab', 'ab'.repeat(32)])('refuses %j, which names no one key', async (keyid) => {
    const { change } = setUp();
    await expect(revokeKeys({ ...change, keyids: [keyid] })).rejects.toThrow(
      failsWith('not-found'),
    );
  });
});

describe('renewRoot', () => {
  it('gives an expired root another year', async () => {
    const { change, publish, pull } = setUp();
    await publish();
    const late = days(400);
    await expect(pull(late)).rejects.toThrow(failsWith('expired'));
    await renewRoot({ ...change, now: late });
    await refreshFreshness({ ...change, now: late });
    await expect(pull(late)).rejects.toThrow(/manifest of digits 1 expired/);
  });
});
