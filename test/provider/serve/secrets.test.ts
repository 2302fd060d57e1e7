import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rotateKeys } from '../../../src/provider/keys/rotate.js';
import { openTransparency } from '../../../src/provider/transparency.js';
import { answersServer, askedSecrets } from '../../../src/provider/serve/index.js';
import { Keyring, signerOf, Store } from '../../../src/shared/release/index.js';
import { makeProvider, openKeyring, type TestProvider } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { tempDir } from '../../fixtures/temp.js';

const DAY = 86_400_000;

const fresh = providerOfEachTest((dir) => makeProvider(dir));

/** What a server asks, and somebody outside who answers it. */
function desk({ store, keyring }: TestProvider, now = new Date()) {
  const answer = answersServer(
    store,
    () => keyring,
    () => now,
  );
  return {
    answer,
    asked: askedSecrets(answer, { store, dir: keyring.dir, tls: join(keyring.dir, 'tls') }),
  };
}

describe('what a confined server is told', () => {
  it.each([
    ...['passphrase', 'keys', 'root keys', 'release keys', 'freshness keys', 'authority', ''],
    ...['log keys ', '__proto__', 'toString'],
  ])('nothing when it asks for "%s"', async (question) => {
    const provider = fresh();
    await expect(desk(provider).answer(question)).rejects.toMatchObject({ code: 'denied' });
  });

  it('the keys of the log, and no others: with them it can open its log, and sign nothing else', async () => {
    const provider = fresh();
    const { store, keyring } = provider;
    const handed = await desk(provider).asked.logKeys();
    const { roles } = new Store(store).newestRoot();
    expect(await handed.signers('log', roles.log)).toHaveLength(1);
    const empty = new Keyring({ dir: tempDir(), sealer: () => keyring.sealer() });
    expect(empty.list()).toEqual([]);
    const seeds = (await desk(provider).answer('log keys')).split(' ');
    const ids = seeds.map((seed) => signerOf(Buffer.from(seed, 'hex')).keyid);
    for (const name of ['root', 'release', 'freshness'] as const)
      for (const keyid of roles[name].keyids) expect(ids).not.toContain(keyid);
    const log = await openTransparency({ store, keyring: handed, now: () => new Date() });
    await log.close();
  });

  it('a keyring that it was handed opens no key file, even where it could read one', async () => {
    const provider = fresh();
    const handed = await desk(provider).asked.logKeys();
    const { release } = new Store(provider.store).newestRoot().roles;
    await expect(handed.signers('release', release)).rejects.toMatchObject({ code: 'trust' });
  });

  it('a root that names a release key for the log gets it nothing', async () => {
    const provider = fresh();
    const { roles } = new Store(provider.store).newestRoot();
    const seeds = await provider.keyring.seedsFor('log', roles.release);
    expect(seeds.map((seed) => signerOf(seed).keyid)).toEqual(roles.log.keyids);
  });

  it('the new log key, once it was rotated', async () => {
    const provider = fresh();
    const { answer, asked } = desk(provider);
    await answer('log keys');
    await rotateKeys({
      store: provider.store,
      keyring: openKeyring(provider.keyring.dir),
      now: new Date(),
      role: 'log',
    });
    const { log } = new Store(provider.store).newestRoot().roles;
    expect(await (await asked.logKeys()).signers('log', log)).toHaveLength(1);
  });

  it('its certificate and its key', async () => {
    const { cert, key } = await desk(fresh()).asked.tls();
    expect(cert).toContain('BEGIN CERTIFICATE');
    expect(key).toContain('BEGIN PRIVATE KEY');
  });

  it('the list of releases is signed anew when half its life is over, and not before', async () => {
    const provider = fresh();
    const read = (): Buffer => readFileSync(new Store(provider.store).freshnessPath());
    const before = read();
    await desk(provider).asked.renewFreshness();
    await desk(provider, new Date(Date.now() + 3 * DAY)).asked.renewFreshness();
    expect(read()).toEqual(before);
    await desk(provider, new Date(Date.now() + 4 * DAY)).asked.renewFreshness();
    expect(read()).not.toEqual(before);
  });
});
