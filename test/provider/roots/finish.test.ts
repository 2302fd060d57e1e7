/** A change of the root that ended anywhere between its files. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { pinTrust, updateTrust } from '../../../src/client/trust/trust.js';
import { providerWarnings } from '../../../src/provider/expiry.js';
import { initProvider } from '../../../src/provider/keys/init.js';
import { addAuthority } from '../../../src/provider/keys/ca.js';
import { renewRoot, revokeKeys, rotateKeys } from '../../../src/provider/keys/rotate.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { finishRootChange } from '../../../src/provider/roots/finish.js';
import { refreshStore } from '../../../src/provider/roots/refresh.js';
import {
  Keyring,
  openManifest,
  type RoleName,
  Sealer,
  Store,
  verifyRelease,
} from '../../../src/shared/release/index.js';
import { makeProvider, openKeyring, SMALL, writeModel } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { days, failsWith, NOW } from '../../fixtures/world.js';

let dir: string;
let store: Store;
let keyring: Keyring;
let change: { store: string; keyring: Keyring; now: Date };
const fresh = providerOfEachTest(async (base) => {
  const { store, keyring } = await makeProvider(base, NOW);
  const modelDir = join(base, 'model');
  writeModel(modelDir, SMALL);
  await publishRelease({ store, keyring, now: NOW, modelDir, name: 'digits' });
});
beforeEach(() => {
  const provider = fresh();
  ({ dir, keyring } = provider);
  store = new Store(provider.store);
  change = { store: store.dir, keyring, now: NOW };
  provider.home('home');
});

/** What a site makes of the store. */
async function pulled(home = 'home', now = NOW) {
  const state = await updateTrust(store, join(dir, home), now);
  return (await verifyRelease(store, state, 'digits', { now })).release;
}

/** Runs a change, and then puts back those files that it would not have come to. */
async function interrupted(what: () => Promise<unknown>, undone: readonly ('list' | 'trust')[]) {
  const paths = { list: store.freshnessPath(), trust: store.trustPath() };
  for (const name of undone) copyFileSync(paths[name], join(dir, name));
  await what();
  for (const name of undone) copyFileSync(join(dir, name), paths[name]);
}

const versionOf = (): number => store.newestRoot().version;

describe('a change of keys that was interrupted', () => {
  test.each(['root', 'release', 'freshness', 'log'] as const)(
    'root without list, role %s: running it again finishes it, and does not change keys twice',
    async (role) => {
      await interrupted(() => rotateKeys({ ...change, role }), ['list', 'trust']);
      const half = store.newestRoot();
      const outcome = await rotateKeys({ ...change, role });
      expect(outcome).toMatchObject({ state: 'published', version: 2 });
      expect(store.newestRoot().fingerprint).toBe(half.fingerprint);
      expect(readFileSync(store.trustPath()).equals(half.envelope)).toBe(true);
      expect((await pulled()).version).toBeGreaterThanOrEqual(1);
      expect(await rotateKeys({ ...change, role })).toMatchObject({ version: 3 }); // asked for anew
      await pulled();
    },
  );

  test.each([['list'], ['trust'], ['list', 'trust']] as ('list' | 'trust')[][])(
    'without %s %s: the server, or provider refresh, finishes it as well',
    async (...undone) => {
      await interrupted(() => rotateKeys({ ...change, role: 'freshness' }), undone);
      expect(providerWarnings(store.dir, keyring, NOW).join()).toMatch(/was interrupted/);
      await refreshStore(change);
      expect(providerWarnings(store.dir, keyring, NOW)).toEqual([]);
      await pulled();
      expect(await finishRootChange(change)).toBeUndefined();
      expect(readFileSync(store.trustPath()).equals(store.newestRoot().envelope)).toBe(true);
    },
  );

  test('another change than the interrupted one: both are made', async () => {
    await interrupted(() => rotateKeys({ ...change, role: 'release' }), ['list', 'trust']);
    const { log, release } = store.newestRoot().roles;
    expect(await rotateKeys({ ...change, role: 'log' })).toMatchObject({ version: 3 });
    expect(store.newestRoot().roles.log).not.toEqual(log);
    expect(store.newestRoot().roles.release).toEqual(release);
    await pulled();
  });

  test('renew, revoke and an authority are not done twice either', async () => {
    await interrupted(() => renewRoot(change), ['list', 'trust']);
    expect(await renewRoot(change)).toMatchObject({ version: 2 });
    const [keyid] = store.newestRoot().roles.freshness.keyids;
    const keyids = [keyid!.slice(0, 8)];
    await interrupted(() => revokeKeys({ ...change, keyids }), ['list', 'trust']);
    expect(await revokeKeys({ ...change, keyids })).toMatchObject({ version: 3 });
    await interrupted(() => addAuthority(change), ['list', 'trust']);
    expect(await addAuthority(change)).toMatchObject({ version: 4 });
    expect(store.newestRoot().document.tls.ca).toHaveLength(2);
    await pulled();
  });

  test('no window: the list that is there before the root counts under both roots', async () => {
    const before = store.newestRoot();
    await interrupted(() => rotateKeys({ ...change, role: 'release' }), []);
    // What the change writes first: releases and list that old and new keys have signed.
    const manifest = readFileSync(store.manifestPath('digits', 2));
    expect(openManifest(before, manifest).digest).toBe(
      openManifest(store.newestRoot(), manifest).digest,
    );
  });

  test('keys that were made and not yet named change nothing', async () => {
    await keyring.create('release', NOW);
    await rotateKeys({ ...change, role: 'release' });
    expect((await pulled()).version).toBe(2);
  });

  test('without the old keys, as after a theft, it is finished as well', async () => {
    const old = keyring.list().filter(({ role }) => role === 'freshness' || role === 'release');
    const rotate = (role: RoleName) => () => rotateKeys({ ...change, role });
    await interrupted(rotate('freshness'), ['list']);
    for (const { file, role } of old) if (role === 'freshness') rmSync(file);
    await refreshStore(change);
    await interrupted(rotate('release'), ['list']);
    for (const { file, role } of old) if (role === 'release') rmSync(file);
    await rotate('release')();
    await pulled();
    expect(versionOf()).toBe(3);
  });

  test('attack: a list signed by a stranger, put in its place meanwhile, is not taken over', async () => {
    const other = openKeyring(join(dir, 'other-keys'));
    await initProvider({ store: join(dir, 'other'), keyring: other, now: NOW });
    await interrupted(() => rotateKeys({ ...change, role: 'freshness' }), ['list', 'trust']);
    copyFileSync(new Store(join(dir, 'other')).freshnessPath(), store.freshnessPath());
    await expect(refreshStore(change)).rejects.toThrow(failsWith('signature'));
  });

  test('attack: another manifest in the place of the one that is listed is not signed again', async () => {
    const modelDir = join(dir, 'model');
    const first = readFileSync(store.manifestPath('digits', 1));
    writeModel(modelDir, { F: 400, B: 40, C: 20 }, { F: 5 });
    await publishRelease({ ...change, modelDir, name: 'digits' });
    writeFileSync(store.manifestPath('digits', 2), first);
    await expect(rotateKeys({ ...change, role: 'release' })).rejects.toThrow(failsWith('digest'));
    expect(versionOf()).toBe(1);
  });

  test('two changes at once: one is refused, and the other stands', async () => {
    // Whoever types a passphrase is slow: both have begun before either goes on.
    const sealer = () => sleep(50).then(() => new Sealer('test', 2 ** 14));
    const typed = { ...change, keyring: new Keyring({ dir: keyring.dir, sealer }) };
    const both = await Promise.allSettled([
      rotateKeys({ ...typed, role: 'release' }),
      rotateKeys({ ...typed, role: 'freshness' }),
    ]);
    expect(both.filter(({ status }) => status === 'rejected').length).toBe(1);
    expect(versionOf()).toBe(2);
    await pulled();
    expect(existsSync(store.rootPath(3))).toBe(false);
  });
});

describe('a clock that was once ahead', () => {
  const late = days(300);

  test('list and root signed in the future are replaced once it is right, and sites follow', async () => {
    await renewRoot({ ...change, now: late });
    await expect(pulled()).rejects.toThrow(failsWith('expired'));
    await renewRoot(change);
    await pulled();
    await refreshStore({ ...change, now: late });
    await expect(pulled()).rejects.toThrow(/in the future/);
    await refreshStore(change);
    await pulled();
  });

  test('twin: a site that had believed the clock does not go back to an older list', async () => {
    await refreshStore({ ...change, now: late });
    const future = readFileSync(store.freshnessPath());
    pinTrust({ file: store.trustPath(), home: join(dir, 'ahead') });
    await pulled('ahead', late); // its own clock was ahead as well
    await refreshStore(change);
    await pulled('ahead');
    writeFileSync(store.freshnessPath(), future);
    await expect(pulled('ahead', late)).rejects.toThrow(failsWith('rollback'));
  });
});
