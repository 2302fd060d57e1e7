/** A provider whose log was restored from a back-up, and sites that have seen more. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { auditLog } from '../../../src/audit/log/log.js';
import { recoveriesOf } from '../../../src/audit/log/log-history.js';
import { openSite } from '../../../src/audit/site/site.js';
import { pull } from '../../../src/client/pull/index.js';
import { readTrust, updateTrust } from '../../../src/client/trust/trust.js';
import { backupProvider } from '../../../src/provider/backup/backup.js';
import { recoverLog } from '../../../src/provider/backup/recover.js';
import { snapshotLog } from '../../../src/provider/backup/snapshot.js';
import { rotateKeys } from '../../../src/provider/keys/rotate.js';
import {
  inspectTransparency,
  logKeys,
  logSigner,
  openTransparency,
} from '../../../src/provider/transparency.js';
import { readLog } from '../../../src/shared/log/index.js';
import {
  openRoot,
  sealRoot,
  type Signer,
  Store,
  verifyNextRoot,
} from '../../../src/shared/release/index.js';
import { makePublished, type TestProvider } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { failsWith, signer } from '../../fixtures/world.js';
import { restore } from '../../shared/log/history.js';

const now = (): Date => new Date();
let dir: string;
let provider: TestProvider;
let home: string;
let log: string;
const fresh = providerOfEachTest(makePublished);
beforeEach(() => {
  provider = fresh();
  dir = provider.dir;
  log = join(dir, 'log');
  home = provider.home('site');
});

async function serving<T>(work: (from: string) => Promise<T>): Promise<T> {
  const { store, keyring } = provider;
  const transparency = await openTransparency({ store, keyring, dir: log, now });
  const server = await provider.serve({ transparency, logSigner: () => logSigner(store, keyring) });
  try {
    return await work(`localhost:${server.port}`);
  } finally {
    await server.close();
  }
}
const pulling = (...homes: string[]) =>
  serving(async (from) => {
    for (const at of homes) await pull({ from: [from], name: 'digits', home: at });
  });
const change = () => ({ store: provider.store, keyring: provider.keyring, now: now() });
const evidence = (at = home): string[] =>
  existsSync(join(at, 'evidence')) ? readdirSync(join(at, 'evidence')) : [];
const copy = () => join(dir, 'backup', 'log');

/** Pulls, backs up, pulls again, and restores what was backed up. */
async function lost(): Promise<void> {
  await pulling(home);
  const { store, keyring } = provider;
  await backupProvider({ store, keyring, dir: log, withKeys: true, now }, join(dir, 'backup'));
  await pulling(home);
  restore(copy(), log);
}

describe('a log that was restored', () => {
  test('with a signed statement: sites accept it once, keep what they saw, and the auditor sees it', async () => {
    await lost();
    const other = provider.home('other'); // has seen nothing yet
    const { recovery } = await recoverLog({ ...change(), dir: log });
    expect(recovery.size).toBeGreaterThan(0);
    await pulling(home, other);
    expect(evidence()).toEqual([expect.stringMatching(/^recovery-[0-9a-f]{16}\.json$/)]);
    expect(evidence(other)).toEqual([]);
    const kept = JSON.parse(readFileSync(join(home, 'evidence', evidence()[0]!), 'utf8')) as {
      root: string;
      recoveries: unknown[];
    };
    expect(kept.recoveries).toEqual([recovery]);
    expect(openRoot(Buffer.from(kept.root, 'base64')).document.recoveries).toEqual([recovery]);
    await pulling(home);
    expect(evidence()).toHaveLength(1);
  });

  test('twin: without a statement sites go on refusing', async () => {
    await lost();
    for (let attempt = 0; attempt < 2; attempt++)
      await serving((at) =>
        expect(pull({ from: [at], name: 'digits', home })).rejects.toThrow(failsWith('log')),
      );
    expect(evidence().every((name) => name.startsWith('log-'))).toBe(true);
    // A late statement helps, if it says where the log was taken up.
    const { size } = inspectTransparency(provider.store, copy()).tree;
    await recoverLog({ ...change(), dir: log, size });
    await pulling(home);
  });

  test('attack: the statement does not explain another fork', async () => {
    await lost();
    await recoverLog({ ...change(), dir: log });
    await pulling(home);
    restore(copy(), log); // once more, and nothing is said
    await expect(pulling(home)).rejects.toThrow(failsWith('log'));
  });

  test('twin: a second loss with a statement of its own is accepted', async () => {
    await lost();
    await recoverLog({ ...change(), dir: log });
    await pulling(home);
    restore(copy(), log);
    await recoverLog({ ...change(), dir: log });
    await pulling(home);
    expect(evidence()).toHaveLength(2);
  });

  test('attack: a site that followed without having lost anything does not take a fork for the loss', async () => {
    const quiet = provider.home('quiet');
    await pulling(quiet);
    const { store, keyring } = provider;
    await backupProvider({ store, keyring, dir: log, withKeys: false, now }, join(dir, 'backup'));
    await pulling(home);
    restore(copy(), log);
    await recoverLog({ ...change(), dir: log });
    await pulling(quiet); // saw no more than the back-up: simply goes on
    expect(evidence(quiet)).toEqual([]);
    restore(copy(), log);
    await expect(pulling(quiet)).rejects.toThrow(failsWith('log'));
  });

  test('attack: a statement that names a state which the log does not go on from', async () => {
    await lost();
    await recoverLog({ ...change(), dir: log });
    rmSync(log, { recursive: true });
    await expect(pulling(home)).rejects.toThrow(failsWith('log'));
  });

  test('a site that missed a loss, and changes of every key, follows', async () => {
    await lost();
    await recoverLog({ ...change(), dir: log });
    for (const role of ['log', 'root', 'freshness', 'release'] as const)
      await rotateKeys({ ...change(), role });
    await pulling(home);
    expect(evidence()).toHaveLength(1);
  });

  test('a log of which nothing is left begins again under its name', async () => {
    await pulling(home);
    rmSync(log, { recursive: true });
    const { recovery } = await recoverLog({ ...change(), dir: log });
    expect(recovery.size).toBe(0);
    await rotateKeys({ ...change(), role: 'log' });
    await pulling(home);
    expect(evidence()).toHaveLength(1);
  });

  test('is not stated while a server writes the log', async () => {
    await serving(async () => {
      await expect(recoverLog({ ...change(), dir: log })).rejects.toThrow(failsWith('usage'));
    });
  });

  test('the auditor sees what was lost, and only that is excused', async () => {
    await lost();
    await recoverLog({ ...change(), dir: log });
    const before = openSite(home, 'site').witnesses;
    await updateTrust(new Store(provider.store), home, now());
    const roots = new Store(provider.store).roots();
    const opened = readLog(log, logKeys(roots));
    const claims = auditLog(opened, before, recoveriesOf(roots));
    expect(claims.map(({ verdict }) => verdict)).not.toContain('FAIL');
    expect(JSON.stringify(claims)).toMatch(/lost/);
    const silent = auditLog(opened, before, []);
    expect(silent.map(({ verdict }) => verdict)).toContain('FAIL');
  });
});

describe('roots with recoveries', () => {
  const sign = async (entries: object[], by?: Signer) => {
    const { document } = new Store(provider.store).newestRoot();
    const signers = by ? [by] : await provider.keyring.available(document.roles.root);
    const recoveries = entries as NonNullable<typeof document.recoveries>;
    return sealRoot({ ...document, version: document.version + 1, recoveries }, signers);
  };
  const at = (size: number, origin = 'fedshot/log') => ({
    origin,
    size,
    root: 'ab'.repeat(32),
    created: '2026-11-23T09:00:00Z',
  });

  test('attack: a statement by a wrong key', async () => {
    const root = new Store(provider.store).newestRoot();
    const forged = await sign([at(5)], signer('stranger'));
    expect(() => verifyNextRoot(root, forged)).toThrow(failsWith('signature'));
    expect(verifyNextRoot(root, await sign([at(5)])).version).toBe(2); // twin
  });

  test('attack: a later root that leaves a statement out, changes it, or goes back below it', async () => {
    const root = new Store(provider.store).newestRoot();
    const second = verifyNextRoot(root, await sign([at(5)]));
    const next = async (entries: object[] | undefined) => {
      const { document } = second;
      const signers = await provider.keyring.available(document.roles.root);
      const recoveries = entries as typeof document.recoveries;
      return () =>
        verifyNextRoot(second, sealRoot({ ...document, version: 3, recoveries }, signers));
    };
    expect(await next(undefined)).toThrow(failsWith('rollback'));
    expect(await next([at(4)])).toThrow(failsWith('rollback'));
    expect(await next([at(5), at(4)])).toThrow(/go back below/);
    expect((await next([at(5), at(5)]))().version).toBe(3); // twins
    expect((await next([at(5), at(4, 'fedshot/other')]))().version).toBe(3);
  });

  test('an older copy of the log than the last statement is refused where it is made', async () => {
    await pulling(home);
    const { store, keyring } = provider;
    await snapshotLog({ store, keyring, dir: log, now }, join(dir, 'old'));
    await pulling(home);
    await recoverLog({ ...change(), dir: log });
    renameSync(log, join(dir, 'gone'));
    restore(join(dir, 'old'), log);
    await expect(recoverLog({ ...change(), dir: log })).rejects.toThrow(failsWith('usage'));
  });
});

describe('readTrust', () => {
  test('opens what version 0.1 kept of a log', async () => {
    await pulling(home);
    const file = join(home, 'trust', 'state.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as { checkpoint: string };
    const [{ note }] = JSON.parse(state.checkpoint) as [{ note: string }];
    writeFileSync(file, JSON.stringify({ ...state, checkpoint: JSON.stringify([note]) }));
    expect(readTrust(home).checkpoint).toBe(JSON.stringify([note]));
    await rotateKeys({ ...change(), role: 'log' });
    await pulling(home);
  });
});
