import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addAuthority } from '../../../src/provider/keys/ca.js';
import { initProvider } from '../../../src/provider/keys/init.js';
import { rotateKeys } from '../../../src/provider/keys/rotate.js';
import { showKeys } from '../../../src/provider/keys/show.js';
import { openServerTls, renewServerTls } from '../../../src/provider/keys/tls.js';
import { Store } from '../../../src/shared/release/index.js';
import { keyDesks, takeAway } from '../../fixtures/key-desk.js';
import { openKeyring } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith, NOW } from '../../fixtures/world.js';

const setUp = keyDesks();

describe('initProvider', () => {
  it('makes a root that a site can pin and follow', async () => {
    const { pull, publish, version } = setUp();
    await publish();
    await expect(pull()).resolves.toMatchObject({ name: 'digits', version: 1 });
    expect(version()).toBe(1);
  });

  it('never touches a store or keys that exist', async () => {
    const { store, keyring, dir, change } = setUp();
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
    const { keyring, store, publish } = setUp();
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

describe('showKeys', () => {
  it('shows what is here, what is elsewhere and what has no role', async () => {
    const { dir, store, keyring, change } = setUp();
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
    const { keyring } = setUp();
    const before = await openServerTls(keyring);
    const { hosts } = await renewServerTls(keyring, ['weights.example.org'], NOW);
    expect(hosts).toEqual(
      expect.arrayContaining(['localhost', '127.0.0.1', 'weights.example.org']),
    );
    expect((await openServerTls(keyring)).cert).not.toBe(before.cert);
  });

  it('exchanged certificate: refuses a key that is not its own', async () => {
    const { keyring } = setUp();
    const file = join(keyring.dir, 'tls', 'server.pem');
    const before = readFileSync(file);
    await renewServerTls(keyring, [], NOW);
    writeFileSync(file, before);
    await expect(openServerTls(keyring)).rejects.toThrow(failsWith('trust'));
  });

  it('killed behind the certificate: the new key beside the old one fits, and the next run tidies up', async () => {
    const { keyring } = setUp();
    const at = (name: string): string => join(keyring.dir, 'tls', name);
    const old = readFileSync(at('server-key.json'));
    await renewServerTls(keyring, [], NOW);
    const { cert, key } = await openServerTls(keyring);
    renameSync(at('server-key.json'), at('server-next-key.json'));
    writeFileSync(at('server-key.json'), old);
    expect(await openServerTls(keyring)).toEqual({ cert, key });
    await renewServerTls(keyring, [], NOW);
    expect(existsSync(at('server-next-key.json'))).toBe(false);
    expect((await openServerTls(keyring)).cert).not.toBe(cert);
  });

  it('killed before the certificate: the old pair is shown', async () => {
    const { keyring } = setUp();
    const at = (name: string): string => join(keyring.dir, 'tls', name);
    const before = await openServerTls(keyring);
    copyFileSync(at('ca-key.json'), at('server-next-key.json')); // a key of no certificate here
    expect(await openServerTls(keyring)).toEqual(before);
  });

  it('removes what a killed command left half-written, and nothing else', async () => {
    const { keyring, change } = setUp();
    const left = ['.server-key.json', '.server.pem', '.ca-0123456789abcdef-key.json'].map((name) =>
      join(keyring.dir, 'tls', `${name}.0123456789ab.tmp`),
    );
    for (const [again, kept] of [
      [() => renewServerTls(keyring, [], NOW), 'note.tmp'],
      [() => addAuthority(change), 'other.tmp'],
    ] as const) {
      for (const file of [...left, join(keyring.dir, 'tls', kept)]) writeFileSync(file, 'half');
      await again();
      expect(left.filter((file) => existsSync(file))).toEqual([]);
      expect(existsSync(join(keyring.dir, 'tls', kept))).toBe(true);
    }
  });
});
