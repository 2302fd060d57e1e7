import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.js';
import { pull } from '../../../src/client/pull/index.js';
import { backupProvider } from '../../../src/provider/backup/backup.js';
import { snapshotLog } from '../../../src/provider/backup/snapshot.js';
import { openTransparency } from '../../../src/provider/transparency.js';
import { tryLock } from '../../../src/shared/lock.js';
import { makePublished, openKeyring, type TestProvider } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { failsWith } from '../../fixtures/world.js';
import { Keyring, Store } from '../../../src/shared/release/index.js';

const now = (): Date => new Date();
let dir: string;
let provider: TestProvider;
const fresh = providerOfEachTest(makePublished);
beforeEach(() => {
  provider = fresh();
  dir = provider.dir;
});
const from = () => ({
  store: provider.store,
  keyring: provider.keyring,
  dir: join(dir, 'log'),
  now,
});

describe('snapshotLog', () => {
  test('of a log that is being written: a site that pulled just before has not seen more', async () => {
    const home = provider.home('site');
    const transparency = await openTransparency(from());
    const server = await provider.serve({ transparency });
    const out = join(dir, 'snapshot');
    // It needs no key: the server signs.
    const keyless = new Keyring({
      dir: join(dir, 'keys'),
      sealer: () => Promise.reject(new Error('asked for a passphrase')),
    });
    try {
      await pull({ from: [`localhost:${server.port}`], name: 'digits', home });
      await snapshotLog({ ...from(), keyring: keyless }, out);
    } finally {
      await server.close();
    }
    const { claims } = await audit({
      store: provider.store,
      trust: provider.trustFile,
      log: out,
      site: [home],
      parts: ['log'],
    });
    expect(claims.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('never writes over anything', async () => {
    await (await openTransparency(from())).close();
    await snapshotLog(from(), join(dir, 'out'));
    const before = statSync(join(dir, 'out', 'checkpoint')).mtimeMs;
    await expect(snapshotLog(from(), join(dir, 'out'))).rejects.toThrow(failsWith('io'));
    expect(statSync(join(dir, 'out', 'checkpoint')).mtimeMs).toBe(before);
  });

  test('of a folder without a log: says so, and leaves nothing', async () => {
    await expect(snapshotLog(from(), join(dir, 'out'))).rejects.toThrow(failsWith('not-found'));
    expect(existsSync(join(dir, 'out'))).toBe(false);
  });
});

describe('backupProvider', () => {
  test('another machine goes on with it, and no key is in the clear', async () => {
    await (await openTransparency(from())).close();
    const out = join(dir, 'backup');
    expect(await backupProvider({ ...from(), withKeys: true }, out)).toMatchObject({
      root: 1,
      keys: 4,
      log: { size: 0 },
    });
    const keyring = openKeyring(join(out, 'keys'));
    const store = join(out, 'store');
    const log = await openTransparency({ store, keyring, dir: join(out, 'log'), now });
    expect(log.size).toBe(0);
    await log.close();
    const key = keyring.list()[0]!.file;
    expect(statSync(key).mode & 0o077).toBe(0);
    expect(readFileSync(key, 'utf8')).toContain('"box"');
    expect(new Store(store).newestRoot().version).toBe(1);
    expect(existsSync(join(store, 'metadata', '.lock'))).toBe(false);
  });

  test('leaves the keys out when told so, and refuses a folder inside of what it copies', async () => {
    const out = join(dir, 'backup');
    await backupProvider({ ...from(), withKeys: false }, out);
    expect(existsSync(join(out, 'keys'))).toBe(false);
    const inside = join(provider.store, 'backup');
    await expect(
      Promise.resolve().then(() => backupProvider({ ...from(), withKeys: false }, inside)),
    ).rejects.toThrow(failsWith('usage'));
  });

  test('removes a half-made copy of a killed one, and not one that is being made', async () => {
    const out = join(dir, 'backup');
    const half = (digits: string, name = 'backup'): string =>
      join(dir, `.${name}.${digits.repeat(12)}.tmp`);
    for (const copy of [half('a'), half('b'), half('c', 'backup-2')])
      mkdirSync(join(copy, 'copy', 'store'), { recursive: true });
    const lock = tryLock(join(half('b'), 'lock'));
    await backupProvider({ ...from(), withKeys: false }, out);
    lock?.release();
    const left = readdirSync(dir).filter((name) => name.endsWith('.tmp'));
    expect(left.map((name) => join(dir, name)).sort()).toEqual(
      [half('c', 'backup-2'), half('b')].sort(),
    );
    // Also where the copy that it was to become is there by now.
    await expect(backupProvider({ ...from(), withKeys: false }, out)).rejects.toThrow(
      failsWith('io'),
    );
    expect(existsSync(half('b'))).toBe(false);
  });
});
