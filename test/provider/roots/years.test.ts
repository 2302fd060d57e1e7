/** Years of a provider in seconds: keys of every role change in any order while sites come and go. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { readTrust } from '../../../src/client/trust/trust.js';
import { readStore } from '../../../src/audit/release/store.js';
import {
  addAuthority,
  listAuthorities,
  removeAuthority,
  useAuthority,
} from '../../../src/provider/keys/ca.js';
import { renewRoot, revokeKeys, rotateKeys } from '../../../src/provider/keys/rotate.js';
import { refreshStore } from '../../../src/provider/roots/refresh.js';
import type { Serving } from '../../../src/provider/serve/index.js';
import { logSigner, openTransparency } from '../../../src/provider/transparency.js';
import { readLog, witnessedNotes, parseCheckpoint } from '../../../src/shared/log/index.js';
import { random, type Random } from '../../../src/shared/random.js';
import { ROLES, type RoleName, Store } from '../../../src/shared/release/index.js';
import { makeProvider, reopenProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir, tempDir } from '../../fixtures/temp.js';

const size = { F: 400, B: 40, C: 20 };
const now = (): Date => new Date();

/** A provider's server as the command starts it, which is told at once of what changed. */
async function start(provider: TestProvider) {
  const { store, keyring, dir } = provider;
  const transparency = await openTransparency({ store, keyring, dir: join(dir, 'log'), now });
  return provider.serve({
    transparency,
    logSigner: () => logSigner(store, keyring),
    renewFreshness: (at) => refreshStore({ store, keyring, now: at }),
  });
}

/** What a provider's people do to its keys; each leaves the provider whole. */
function changes(provider: TestProvider) {
  const { store, keyring } = provider;
  const change = { store, keyring, now: now() };
  const authorities = () => new Store(store).newestRoot().document.tls.ca.length;
  const rotate = (role: RoleName) => rotateKeys({ ...change, role });
  return {
    ...Object.fromEntries(ROLES.map((role) => [role, () => rotate(role)])),
    renew: () => renewRoot(change),
    'revoke the log key': async () => {
      const [keyid] = new Store(store).newestRoot().roles.log.keyids;
      return revokeKeys({ ...change, keyids: [keyid!] });
    },
    'another authority': async () => {
      const { authority } = await addAuthority(change);
      await useAuthority({ ...change, authority });
      const old = listAuthorities(store, keyring).filter(({ inUse }) => !inUse);
      for (const { fingerprint } of old)
        await removeAuthority({ ...change, authority: fingerprint });
      expect(authorities()).toBe(1);
    },
    publish: () => provider.publish('digits', size, { F: Math.trunc(now().getTime() % 1e6) }),
  } as Record<string, () => Promise<unknown>>;
}

const pick = <T>(draw: Random, of: readonly T[]): T => of[Math.floor(draw.next() * of.length)]!;

function wholeLog(provider: TestProvider, homes: readonly string[]): void {
  const { store, dir, trustFile } = provider;
  const { logKeys, findings, roots } = readStore(store, readFileSync(trustFile));
  expect(findings).toEqual([]);
  const log = readLog(join(dir, 'log'), logKeys);
  expect(log.findings).toEqual([]);
  for (const home of homes)
    for (const note of witnessedNotes(readTrust(home).checkpoint)) {
      const seen = parseCheckpoint(note);
      expect(seen.origin).toBe(log.checkpoint.origin);
      expect(log.tree.root(seen.size).equals(seen.root)).toBe(true);
    }
  expect(roots.at(-1)!.version).toBe(new Store(store).newestRoot().version);
}

describe('a provider over years', () => {
  const missed = [0, 1, 2, 5];
  const steps = ['freshness', 'log', 'root', 'release', 'another authority'];
  let base: string;
  const dir = fileDir();

  /** Pulls for the sites that go along, and makes the change. */
  async function step(provider: TestProvider, serving: Serving, at: number, what: string) {
    const from = [`localhost:${serving.port}`];
    for (const m of missed)
      if (m < steps.length + 1 - at)
        await pull({ from, name: 'digits', home: join(provider.dir, `site${m}`) });
    await changes(provider)[what]!();
    await serving.reload();
  }

  // All but the last change, once for all of the last ones.
  beforeAll(async () => {
    base = join(dir, 'base');
    const provider = await makeProvider(base);
    await provider.publish('digits', size);
    const homes = missed.map((m) => provider.home(`site${m}`));
    const serving = await start(provider);
    for (const home of homes)
      await pull({ from: [`localhost:${serving.port}`], name: 'digits', home });
    for (const [at, what] of steps.entries()) await step(provider, serving, at, what);
    await serving.close();
  }, 120_000);

  test.each(['root', 'revoke the log key', 'another authority', 'publish'])(
    'sites that missed 0, 1, 2 or 5 changes follow after: %s',
    async (last) => {
      const copy = join(dir, last);
      cpSync(base, copy, { recursive: true });
      const provider = reopenProvider(copy);
      const homes = missed.map((m) => join(copy, `site${m}`));
      const serving = await start(provider);
      await step(provider, serving, steps.length, last);
      for (const home of homes)
        await pull({ from: [`localhost:${serving.port}`], name: 'digits', home });
      await serving.close();
      wholeLog(provider, homes);
    },
    120_000,
  );

  test.each([1, 2, 3])(
    'changes in a random order, sites at random moments, restarts in between: seed %i',
    async (seed) => {
      const draw = random(seed);
      const provider = await makeProvider(tempDir());
      await provider.publish('digits', size);
      const homes = ['a', 'b', 'c'].map((name) => provider.home(name));
      const all = changes(provider);
      let serving = await start(provider);
      const done: string[] = [];
      for (let step = 0; step < 10; step++) {
        const what = pick(draw, [...Object.keys(all), 'pull', 'pull', 'pull', 'restart']);
        done.push(what);
        if (what === 'restart') {
          await serving.close();
          serving = await start(provider);
        } else if (what === 'pull') {
          const from = [`localhost:${serving.port}`];
          await pull({ from, name: 'digits', home: pick(draw, homes) });
        } else {
          await all[what]!();
          await serving.reload();
        }
      }
      for (const home of homes)
        await pull({ from: [`localhost:${serving.port}`], name: 'digits', home }).catch(
          (error: unknown) => {
            throw new Error(`after ${done.join(', ')}`, { cause: error });
          },
        );
      await serving.close();
      wholeLog(provider, homes);
    },
    120_000,
  );
});
