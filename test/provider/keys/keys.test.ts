import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pinTrust, readTrust, updateTrust } from '../../../src/client/trust/trust.js';
import { initProvider } from '../../../src/provider/keys/init.js';
import { type RootOutcome, signDraft } from '../../../src/provider/keys/root.js';
import { createKey, renewRoot, revokeKeys, rotateKeys } from '../../../src/provider/keys/rotate.js';
import { showKeys } from '../../../src/provider/keys/show.js';
import { openServerTls, renewServerTls } from '../../../src/provider/keys/tls.js';
import { refreshFreshness } from '../../../src/provider/publish/freshness.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import {
  Keyring,
  openManifest,
  type RoleName,
  Sealer,
  Store,
  verifyRelease,
} from '../../../src/shared/release/index.js';
import { openKeyring, writeModel } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';
import { days, failsWith, NOW } from '../../fixtures/world.js';

async function setUp(more: { rootKeys?: number; rootThreshold?: number } = {}) {
  const dir = tempDir();
  const [store, home, modelDir] = ['store', 'home', 'model'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const keyring = openKeyring(join(dir, 'keys'));
  const made = await initProvider({ store, keyring, now: NOW, ...more });
  pinTrust({ file: made.trustFile, home, fingerprint: made.fingerprint });
  writeModel(modelDir, { F: 400, B: 40, C: 20 });
  const change = { store, keyring, now: NOW };
  return {
    dir,
    store,
    home,
    keyring,
    made,
    change,
    publish: (name = 'digits') => publishRelease({ ...change, modelDir, name, again: true }),
    /** What the site makes of it. */
    pull: async (now = NOW) => {
      const state = await updateTrust(new Store(store), home, now);
      return (await verifyRelease(new Store(store), state, 'digits', { now })).release;
    },
    version: () => readTrust(home).root.version,
  };
}

/** Takes a role's key files away, as a person with a USB stick does; gives a keyring on them. */
function takeAway(dir: string, keyring: Keyring, role: RoleName, where: string): Keyring {
  const away = openKeyring(join(dir, where));
  mkdirSync(away.dir);
  for (const key of keyring.list().filter((k) => k.role === role)) {
    const content = readFileSync(key.file);
    rmSync(key.file);
    const file = join(away.dir, key.file.slice(keyring.dir.length + 1));
    writeFileSync(file, content);
  }
  return away;
}

describe('initProvider', () => {
  it('makes a root that a site can pin and follow', async () => {
    const { pull, publish, version } = await setUp();
    await publish();
    await expect(pull()).resolves.toMatchObject({ name: 'digits', version: 1 });
    expect(version()).toBe(1);
  });

  it('never touches a store or keys that exist', async () => {
    const { store, keyring, dir, change } = await setUp();
    const before = readdirSync(keyring.dir, { recursive: true });
    await expect(initProvider(change)).rejects.toThrow(failsWith('usage'));
    const elsewhere = { store: join(dir, 'other'), keyring, now: NOW };
    await expect(initProvider(elsewhere)).rejects.toThrow(failsWith('usage'));
    expect(existsSync(elsewhere.store)).toBe(false);
    expect(readdirSync(keyring.dir, { recursive: true })).toEqual(before);
    expect(new Store(store).newestRoot().version).toBe(1);
  });

  it('refuses a threshold that cannot be met', async () => {
    const dir = tempDir();
    const options = { store: join(dir, 's'), keyring: openKeyring(join(dir, 'k')), now: NOW };
    await expect(initProvider({ ...options, rootThreshold: 2 })).rejects.toThrow(
      failsWith('usage'),
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  it('keeps no private key in the clear, and none in the store', async () => {
    const { keyring, store, publish } = await setUp();
    await publish();
    const text = (dir: string): string =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
        .join('\n');
    expect(text(keyring.dir)).not.toContain('PRIVATE KEY');
    expect(text(store)).not.toMatch(/PRIVATE KEY|"box"/);
    expect((await openServerTls(keyring)).key).toContain('PRIVATE KEY');
  });
});

describe('rotateKeys', () => {
  it.each(['root', 'release', 'log', 'freshness'] as const)(
    'gives the role %s a new key; the site follows and stays at what it had',
    async (role) => {
      const { publish, pull, change, version } = await setUp();
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
    const { store, publish, change } = await setUp();
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
    const { store, change, keyring, pull, publish } = await setUp();
    await publish();
    const wrong = new Keyring({
      dir: keyring.dir,
      sealer: () => Promise.resolve(new Sealer('wrong', 2 ** 14)),
    });
    await expect(renewRoot({ ...change, keyring: wrong })).rejects.toThrow(failsWith('trust'));
    expect(new Store(store).newestRoot().version).toBe(1);
    await pull();
  });

  it('n of m: a draft goes round until enough root keys have signed it', async () => {
    const { dir, store, keyring, change, pull, publish } = await setUp({
      rootKeys: 3,
      rootThreshold: 2,
    });
    await publish();
    const away = takeAway(dir, keyring, 'root', 'usb');
    const [a, b] = away.list();
    const only = (key: typeof a, where: string): Keyring => {
      const ring = openKeyring(join(dir, where));
      mkdirSync(ring.dir);
      writeFileSync(join(ring.dir, key!.file.slice(away.dir.length + 1)), readFileSync(key!.file));
      return ring;
    };
    const draft = (await renewRoot(change)) as RootOutcome & { state: 'draft' };
    expect(draft).toMatchObject({ state: 'draft', version: 2, missing: 4 });
    expect(new Store(store).newestRoot().version).toBe(1);

    // A person with one key signs where the release and freshness keys are not.
    const first = (await signDraft({
      store,
      now: NOW,
      file: draft.file,
      keyring: only(a, 'usb-a'),
    })) as typeof draft;
    expect(first).toMatchObject({ state: 'draft', missing: 2 });
    const again = { store, now: NOW, file: first.file, keyring: only(a, 'usb-a2') };
    await expect(signDraft(again)).rejects.toThrow(failsWith('trust'));

    // The second at the provider's own machine, where it can be published.
    const key = b!.file.slice(away.dir.length + 1);
    writeFileSync(join(keyring.dir, key), readFileSync(b!.file));
    const done = await signDraft({ ...change, file: first.file });
    expect(done).toMatchObject({ state: 'published', version: 2 });
    await pull();
  });

  it('offline root: signs where no other key is, and is published where the others are', async () => {
    const { dir, store, keyring, change, pull, publish } = await setUp();
    await publish();
    const usb = takeAway(dir, keyring, 'root', 'usb');
    type Draft = RootOutcome & { state: 'draft' };

    // Signed from the medium in one go: nothing is lost for want of the keys that are online.
    const renewed = (await renewRoot({ ...change, keyring: usb })) as Draft;
    expect(renewed).toMatchObject({ state: 'draft', version: 2, missing: 0 });
    expect(new Store(store).newestRoot().version).toBe(1);
    expect(await signDraft({ ...change, file: renewed.file })).toMatchObject({ version: 2 });
    await pull();

    // New release key here, signature there, published here, releases signed again.
    const begun = (await rotateKeys({ ...change, role: 'release' })) as Draft;
    expect(begun).toMatchObject({ state: 'draft', version: 3 });
    await expect(signDraft({ ...change, file: begun.file })).rejects.toThrow(failsWith('trust'));
    const signed = (await signDraft({ ...change, keyring: usb, file: begun.file })) as Draft;
    expect(signed).toMatchObject({ state: 'draft', missing: 0 });
    const done = await signDraft({ ...change, file: signed.file });
    expect(done).toMatchObject({
      state: 'published',
      republished: [{ name: 'digits', version: 2 }],
    });
    await expect(pull()).resolves.toMatchObject({ version: 2 });
  });

  it('takes public keys that were made elsewhere', async () => {
    const { dir, change, store, keyring, publish, pull } = await setUp();
    await publish();
    const usb = openKeyring(join(dir, 'usb'));
    const [a, b] = [await createKey(usb, 'root', NOW), await createKey(usb, 'root', NOW)];
    const publicKeys = [a.public, b.public];
    const draft = await rotateKeys({ ...change, role: 'root', publicKeys, threshold: 2 });
    expect(draft).toMatchObject({ state: 'draft', missing: 2 });
    const file = (draft as typeof draft & { state: 'draft' }).file;
    for (const key of usb.list())
      writeFileSync(join(keyring.dir, key.file.slice(usb.dir.length + 1)), readFileSync(key.file));
    await signDraft({ ...change, file });
    expect(new Store(store).newestRoot().roles.root).toEqual({
      keyids: [a.keyid, b.keyid],
      threshold: 2,
    });
    await pull();
  });

  it('refuses what is no public key', async () => {
    const { change } = await setUp();
    const rotate = (hex: string) => rotateKeys({ ...change, role: 'log', publicKeys: [hex] });
    await expect(rotate('xyz')).rejects.toThrow(failsWith('usage'));
    await expect(rotate(`${'ab'.repeat(31)}zz`)).rejects.toThrow(failsWith('usage'));
  });

  it('low-order key: refuses to give it a role', async () => {
    const { change, store } = await setUp();
    const publicKeys = ['01'.padEnd(64, '0')];
    const refused = rotateKeys({ ...change, role: 'log', publicKeys });
    await expect(refused).rejects.toThrow(failsWith('trust'));
    expect(new Store(store).newestRoot().version).toBe(1);
  });
});

describe('revokeKeys', () => {
  it('takes a key out and puts a new one where too few are left', async () => {
    const { change, store, publish, pull } = await setUp();
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
    const { change, store } = await setUp({ rootKeys: 3, rootThreshold: 2 });
    const [first] = new Store(store).newestRoot().roles.root.keyids;
    await revokeKeys({ ...change, keyids: [first!] });
    expect(new Store(store).newestRoot().roles.root.keyids).toHaveLength(2);
  });

  it.each(['', 'ab', 'ab'.repeat(32)])('refuses %j, which names no one key', async (keyid) => {
    const { change } = await setUp();
    await expect(revokeKeys({ ...change, keyids: [keyid] })).rejects.toThrow(
      failsWith('not-found'),
    );
  });
});

describe('renewRoot', () => {
  it('gives an expired root another year', async () => {
    const { change, publish, pull } = await setUp();
    await publish();
    const late = days(400);
    await expect(pull(late)).rejects.toThrow(failsWith('expired'));
    await renewRoot({ ...change, now: late });
    await refreshFreshness({ ...change, now: late });
    await expect(pull(late)).rejects.toThrow(/manifest of digits 1 expired/);
  });
});

describe('showKeys', () => {
  it('shows what is here, what is elsewhere and what has no role', async () => {
    const { dir, store, keyring, change } = await setUp();
    await rotateKeys({ ...change, role: 'log' });
    takeAway(dir, keyring, 'root', 'usb');
    const report = showKeys(store, keyring);
    const files = (role: string) =>
      report.roles.find((r) => r.role === role)!.keys.map(({ file }) => file !== undefined);
    expect(files('root')).toEqual([false]);
    expect(files('log')).toEqual([true]);
    expect(report.unused.map((key) => key.role)).toEqual(['log']);
    expect(report.server!.hosts).toContain('localhost');
  });
});

describe('renewServerTls', () => {
  it('keeps the names, adds new ones, and the authority stays', async () => {
    const { keyring } = await setUp();
    const before = await openServerTls(keyring);
    const { hosts } = await renewServerTls(keyring, ['weights.example.org'], NOW);
    expect(hosts).toEqual(
      expect.arrayContaining(['localhost', '127.0.0.1', 'weights.example.org']),
    );
    expect((await openServerTls(keyring)).cert).not.toBe(before.cert);
  });

  it('exchanged certificate: refuses a key that is not its own', async () => {
    const { keyring } = await setUp();
    const file = join(keyring.dir, 'tls', 'server.pem');
    const before = readFileSync(file);
    await renewServerTls(keyring, [], NOW);
    writeFileSync(file, before);
    await expect(openServerTls(keyring)).rejects.toThrow(failsWith('trust'));
  });
});
