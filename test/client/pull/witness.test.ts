import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { readTrust } from '../../../src/client/trust/trust.js';
import { openTransparency } from '../../../src/provider/transparency.js';
import {
  parseCheckpoint,
  readLog,
  type CheckpointConflict,
  type TransparencyLog,
  witnessedNotes,
} from '../../../src/shared/log/index.js';
import { Store } from '../../../src/shared/release/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import type { Serving } from '../../../src/provider/serve/index.js';

let dir: string;
let provider: TestProvider;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fedshot-witness-'));
  provider = await makeProvider(dir);
  await provider.publish('digits', { F: 3_000_000, B: 100_000, C: 10_000 });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function serving(log: string | undefined, work: (from: string) => Promise<unknown>) {
  const { store, keyring } = provider;
  const now = () => new Date();
  const transparency: TransparencyLog | undefined =
    log === undefined
      ? undefined
      : await openTransparency({ store, keyring, dir: join(dir, log), now });
  const server: Serving = await provider.serve({ transparency });
  try {
    await work(`localhost:${server.port}`);
  } finally {
    await server.close();
  }
}
const noted = (home: string): number =>
  parseCheckpoint(witnessedNotes(readTrust(home).checkpoint)[0]!).size;

describe('pull', () => {
  test('leaves a leaf for each message, and the site holds a checkpoint of them', async () => {
    const home = provider.home('site');
    await serving('log', async (from) => {
      const { chunks } = await pull({ from: [from], name: 'digits', home });
      await pull({ from: [from], name: 'digits', home });
      expect(noted(home)).toBeGreaterThan(chunks);
    });
    const { keys, roles } = new Store(provider.store).newestRoot();
    const logKeys = new Map(roles.log.keyids.map((id) => [id, keys.get(id)!]));
    const { leaves, findings } = readLog(join(dir, 'log'), logKeys);
    expect(findings).toEqual([]);
    const count = (method: string) => leaves.filter((leaf) => leaf.method === method).length;
    expect(count('GetManifest')).toBe(2);
    expect(count('GetCheckpoint')).toBe(3);
    expect(leaves.filter(({ status }) => status === 5).length).toBe(2); // no root 2
    expect(
      leaves
        .filter(({ method }) => method === 'GetChunks')
        .map(({ index }) => index!)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: count('GetChunks') }, (_, i) => i));
  });

  test('a split view: a second log of the same key is refused, both notes are kept', async () => {
    const home = provider.home('site');
    await serving('log', (from) => pull({ from: [from], name: 'digits', home }));
    rmSync(join(home, 'releases'), { recursive: true });
    await serving('other-log', async (from) => {
      for (let attempt = 0; attempt < 2; attempt++)
        await expect(pull({ from: [from], name: 'digits', home })).rejects.toMatchObject({
          code: 'log',
        });
      expect(readdirSync(join(home, 'evidence'))).toHaveLength(1); // one for each state, not each try
    });
    expect(() => readdirSync(join(home, 'releases'))).toThrow();
    const [file] = readdirSync(join(home, 'evidence'));
    const evidence = JSON.parse(
      readFileSync(join(home, 'evidence', file!), 'utf8'),
    ) as CheckpointConflict;
    expect(parseCheckpoint(evidence.seen).origin).toBe(parseCheckpoint(evidence.offered).origin);
  });

  test('a server that has stopped logging is refused by a site that saw its log', async () => {
    const home = provider.home('site');
    await serving('log', (from) => pull({ from: [from], name: 'digits', home }));
    await serving(undefined, async (from) => {
      await expect(pull({ from: [from], name: 'digits', home })).rejects.toThrow(
        'shows no transparency log',
      );
    });
  });

  test('a server without a log serves a site that has never seen one', async () => {
    const home = provider.home('site');
    await serving(undefined, async (from) => {
      expect((await pull({ from: [from], name: 'digits', home })).upToDate).toBe(false);
    });
  });
});
