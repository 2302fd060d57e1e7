import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { initProvider } from '../../../src/provider/keys/init.js';
import { renewRoot } from '../../../src/provider/keys/rotate.js';
import { openServerTls } from '../../../src/provider/keys/tls.js';
import { Keyring, Store } from '../../../src/shared/release/index.js';
import { openKeyring } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith, NOW } from '../../fixtures/world.js';

let dir: string;
let store: Store;
let keyring: Keyring;
let options: { store: string; keyring: Keyring; now: Date };
beforeEach(() => {
  dir = tempDir();
  store = new Store(join(dir, 'store'));
  keyring = openKeyring(join(dir, 'keys'));
  options = { store: store.dir, keyring, now: NOW };
});
const marker = () => join(keyring.dir, 'init-unfinished');

/** Makes a provider, and takes away what one that was killed at this point would not have made. */
async function killed(...missing: string[]): Promise<void> {
  await initProvider(options);
  for (const path of missing) rmSync(join(dir, path), { recursive: true });
  writeFileSync(marker(), store.dir);
}

async function isWhole(): Promise<void> {
  expect(existsSync(marker())).toBe(false);
  const root = store.newestRoot();
  expect(store.currentFreshness(root)?.root).toBe(root.version);
  expect((await openServerTls(keyring)).key).toContain('PRIVATE KEY');
  expect(
    keyring
      .list()
      .map(({ role }) => role)
      .sort(),
  ).toEqual(['freshness', 'log', 'release', 'root']);
  await renewRoot(options); // its keys are those of its root
}

describe('an init that was interrupted', () => {
  test.each([
    ['before the first key', ['keys/tls', 'store']],
    ['between keys and root', ['store']],
    ['between the TLS key and its certificate', ['keys/tls/server.pem', 'store']],
    ['between root and list', ['store/metadata/freshness.json']],
    ['between root and trust.json', ['store/trust.json', 'store/metadata/freshness.json']],
  ])('%s is made whole by running it again', async (_name, missing) => {
    await killed(...missing);
    const made = await initProvider(options);
    expect(made.fingerprint).toBe(store.newestRoot().fingerprint);
    await isWhole();
  });

  test('after the last file: nothing is made anew', async () => {
    await killed();
    const { fingerprint } = store.newestRoot();
    expect((await initProvider(options)).fingerprint).toBe(fingerprint);
    await isWhole();
  });

  test('while its mark was written: half of it is swept away', async () => {
    mkdirSync(keyring.dir);
    const half = '.init-unfinished.0123456789ab.tmp';
    writeFileSync(join(keyring.dir, half), store.dir.slice(0, 3));
    await initProvider(options);
    expect(readdirSync(keyring.dir)).not.toContain(half);
    await isWhole();
  });

  test('attack: a file that only looks like a left one is not overwritten', async () => {
    mkdirSync(keyring.dir);
    writeFileSync(join(keyring.dir, '.release.tmp'), 'mine');
    await expect(initProvider(options)).rejects.toThrow(failsWith('usage'));
    expect(readdirSync(keyring.dir)).toEqual(['.release.tmp']);
  });

  test('another passphrase may be chosen then', async () => {
    await killed('store');
    const { Sealer } = await import('../../../src/shared/release/index.js');
    keyring = new Keyring({
      dir: keyring.dir,
      sealer: () => Promise.resolve(new Sealer('another', 2 ** 14)),
    });
    options = { ...options, keyring };
    await initProvider(options);
    await isWhole();
  });

  test('attack: keys of another store are never removed', async () => {
    await killed('store');
    const before = readdirSync(keyring.dir, { recursive: true }).sort();
    const other = { ...options, store: join(dir, 'other') };
    await expect(initProvider(other)).rejects.toThrow(failsWith('usage'));
    expect(readdirSync(keyring.dir, { recursive: true }).sort()).toEqual(before);
  });

  test('attack: a finished one is not begun anew, even without its store', async () => {
    await initProvider(options);
    rmSync(store.dir, { recursive: true });
    const key = keyring.list()[0]!.file;
    const before = readFileSync(key, 'utf8');
    await expect(initProvider(options)).rejects.toThrow(failsWith('usage'));
    expect(readFileSync(key, 'utf8')).toBe(before);
  });
});

describe('initProvider', () => {
  test('lets nobody else into its folders, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      await initProvider(options);
    } finally {
      process.umask(umask);
    }
    expect(statSync(keyring.dir).mode & 0o777).toBe(0o700);
    for (const entry of readdirSync(dir, { recursive: true }) as string[])
      expect([entry, statSync(join(dir, entry)).mode & 0o022]).toEqual([entry, 0]);
  });

  test('without a passphrase it leaves nothing', async () => {
    const refused = new Keyring({
      dir: keyring.dir,
      sealer: () => Promise.reject(new Error('none')),
    });
    await expect(initProvider({ ...options, keyring: refused })).rejects.toThrow('none');
    expect(readdirSync(dir)).toEqual([]);
  });
});
