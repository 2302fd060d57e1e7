/** The next root is in the store before its keys sign anything: a change that was cut off is finished. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readStore } from '../../../src/audit/release/store.js';
import { updateTrust } from '../../../src/client/trust/trust.js';
import { providerWarnings } from '../../../src/provider/expiry.js';
import { addAuthority } from '../../../src/provider/keys/ca.js';
import { renewRoot, revokeKeys, rotateKeys } from '../../../src/provider/keys/rotate.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { refreshStore } from '../../../src/provider/roots/refresh.js';
import { Store, verifyRelease } from '../../../src/shared/release/index.js';
import { makeProvider, SMALL, writeModel } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { failsWith, NOW } from '../../fixtures/world.js';

let dir: string;
let store: Store;
let change: Parameters<typeof renewRoot>[0];
const fresh = providerOfEachTest(async (base) => {
  const { store, keyring } = await makeProvider(base, NOW);
  const modelDir = join(base, 'model');
  writeModel(modelDir, SMALL);
  await publishRelease({ store, keyring, now: NOW, modelDir, name: 'digits' });
});
beforeEach(() => {
  const provider = fresh();
  dir = provider.dir;
  store = new Store(provider.store);
  change = { store: store.dir, keyring: provider.keyring, now: NOW };
  provider.home('home');
});
afterEach(() => vi.restoreAllMocks());

/** Before which step a change ends. */
type Step = 'writeRoot' | 'unstageRoot' | 'after stageRoot';

/** Runs a change that ends there, as a disk that fails ends it. */
async function cutOff(what: () => Promise<unknown>, before: Step): Promise<void> {
  const gone = (): never => {
    throw new Error('the disk is gone');
  };
  const spy =
    before === 'after stageRoot'
      ? vi.spyOn(Store.prototype, 'stageRoot').mockImplementationOnce(function (this: Store, root) {
          writeFileSync(this.stagedPath(), root);
          gone();
        })
      : vi.spyOn(Store.prototype, before).mockImplementationOnce(gone);
  await expect(what()).rejects.toThrow('the disk is gone');
  spy.mockRestore();
}

const findings = () => readStore(store.dir, readFileSync(store.trustPath())).findings;
const keyids = () => change.keyring.list().map(({ keyid }) => keyid);
const root = () => store.newestRoot();

/** The version that a site gets. */
async function pulled(): Promise<number> {
  const state = await updateTrust(store, join(dir, 'home'), NOW);
  return (await verifyRelease(store, state, 'digits', { now: NOW })).release.version;
}

const ROLES = ['root', 'release', 'freshness', 'log'] as const;
const STEPS = ['after stageRoot', 'writeRoot', 'unstageRoot'] as const;

describe.each(STEPS)('a change that ends at: %s', (step) => {
  test.each(ROLES)(
    'rotating %s: nothing is wrong in between, and a repeat finishes it',
    async (role) => {
      const rotate = () => rotateKeys({ ...change, role });
      await cutOff(rotate, step);
      expect(findings()).toEqual([]);
      expect(await pulled()).toBeLessThanOrEqual(2);
      const made = keyids();
      expect(await rotate()).toMatchObject({ state: 'published', version: 2 });
      expect(keyids()).toEqual(made); // no second key
      expect(existsSync(store.stagedPath())).toBe(false);
      expect(findings()).toEqual([]);
      expect(await pulled()).toBe(role === 'release' ? 2 : 1);
      expect(await rotate()).toMatchObject({ version: 3 }); // asked for anew
    },
  );

  test('revoking a release key, renewing and one more authority likewise', async () => {
    const [keyid] = root().roles.release.keyids;
    const revoke = () => revokeKeys({ ...change, keyids: [keyid!] });
    await cutOff(revoke, step);
    expect(findings()).toEqual([]);
    expect(await revoke()).toMatchObject({ version: 2 });
    await cutOff(() => renewRoot(change), step);
    expect(await renewRoot(change)).toMatchObject({ version: 3 });
    await cutOff(() => addAuthority(change), step);
    const { authority } = await addAuthority(change);
    expect(root().document.tls.ca).toHaveLength(2);
    expect(authority).toMatch(/^[0-9a-f]{64}$/);
    expect(findings()).toEqual([]);
    expect(await pulled()).toBe(2);
  });

  test('whatever signs the list next finishes it, and until then a warning says so', async () => {
    await cutOff(() => rotateKeys({ ...change, role: 'release' }), step);
    expect(providerWarnings(store.dir, change.keyring, NOW).join()).toMatch(/was interrupted/);
    await refreshStore(change);
    expect(providerWarnings(store.dir, change.keyring, NOW)).toEqual([]);
    expect(root().version).toBe(2);
    expect(findings()).toEqual([]);
  });
});

describe('a root that is staged', () => {
  test('another change than that one: both are made', async () => {
    await cutOff(() => rotateKeys({ ...change, role: 'release' }), 'writeRoot');
    expect(await rotateKeys({ ...change, role: 'log' })).toMatchObject({ version: 3 });
    expect(findings()).toEqual([]);
    expect(await pulled()).toBe(2);
  });

  test.each(['after stageRoot', 'writeRoot'] as const)(
    'without the old key, as after a theft, it is finished as well (%s)',
    async (step) => {
      const old = change.keyring.list().filter(({ role }) => role === 'release');
      await cutOff(() => rotateKeys({ ...change, role: 'release' }), step);
      for (const { file } of old) rmSync(file);
      expect(await rotateKeys({ ...change, role: 'release' })).toMatchObject({ version: 2 });
      expect(findings()).toEqual([]);
      expect(await pulled()).toBe(2);
    },
  );

  test('whose keys are not here holds nobody up: the list is signed under the root that is public', async () => {
    const before = keyids();
    await cutOff(() => rotateKeys({ ...change, role: 'release' }), 'writeRoot');
    for (const { file, keyid } of change.keyring.list()) if (!before.includes(keyid)) rmSync(file);
    await refreshStore(change);
    expect(root().version).toBe(1);
    await pulled();
    // Its key is lost: asked for again, another takes its place.
    expect(await rotateKeys({ ...change, role: 'release' })).toMatchObject({ version: 2 });
    await pulled();
  });

  test('attack: a root that the newest does not vouch for is none, and the audit names the file', async () => {
    const other = await makeProvider(join(dir, 'other'), NOW);
    await rotateKeys({ store: other.store, keyring: other.keyring, now: NOW, role: 'release' });
    const strange = readFileSync(new Store(other.store).rootPath(2));
    for (const bytes of [strange, Buffer.from('{}'), Buffer.alloc(0)]) {
      writeFileSync(store.stagedPath(), bytes);
      await refreshStore(change);
      expect(root().version).toBe(1);
      expect(findings().join()).toContain('next-root.json: belongs to no signed release');
    }
    expect(await rotateKeys({ ...change, role: 'log' })).toMatchObject({ version: 2 });
    expect(findings()).toEqual([]);
  });

  test('attack: surplus in its file is found, and so is a list that only its keys signed', async () => {
    await cutOff(() => rotateKeys({ ...change, role: 'freshness' }), 'writeRoot');
    const staged = readFileSync(store.stagedPath());
    writeFileSync(store.stagedPath(), `${staged.toString()} `);
    expect(findings().join()).toContain('next-root.json: its JSON is not the one');
    writeFileSync(store.stagedPath(), staged);
    const old = readFileSync(store.rootPath(1));
    await refreshStore(change); // publishes it
    for (const path of [store.trustPath(), store.rootPath(1)]) writeFileSync(path, old);
    rmSync(store.rootPath(2));
    writeFileSync(store.stagedPath(), staged);
    expect(findings().join()).toMatch(/freshness\.json: .*signatures/);
  });

  test('attack: the listed manifest was exchanged: refused before anything is staged', async () => {
    writeModel(join(dir, 'model'), { F: 400, B: 40, C: 20 }, { F: 5 });
    const first = readFileSync(store.manifestPath('digits', 1));
    await publishRelease({ ...change, modelDir: join(dir, 'model'), name: 'digits' });
    writeFileSync(store.manifestPath('digits', 2), first);
    const rotate = () => rotateKeys({ ...change, role: 'release' });
    await expect(rotate()).rejects.toThrow(failsWith('digest'));
    expect(existsSync(store.stagedPath())).toBe(false);
  });
});
