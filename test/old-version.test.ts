/**
 * What version 0.1 has left opens: test/fixtures/v0.1/left.tar.gz was made by that version's own commands
 * (make.sh beside it). Its authorities are valid until November 2036; whatever else expires is renewed here,
 * or is looked at as of the day after it was made.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit, client, keys, provider, provision, type Settings } from '../src/index.js';
import { tempDir } from './fixtures/temp.js';

const LEFT = join(import.meta.dirname, 'fixtures/v0.1/left.tar.gz');
const passphrase = 'correct horse battery staple';
const here: Settings = { isolate: 'off' };
const then: Settings = { ...here, now: () => new Date('2026-11-28T12:00:00Z') };
const engine = 'wasm';
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** All that 0.1 has left, in a folder of its own. */
function left() {
  const dir = tempDir();
  execFileSync('tar', ['-xzf', LEFT, '-C', dir]);
  const at = (name: string): string => join(dir, name);
  const key = { store: at('store'), passphrase };
  return { at, key, site: { home: at('site'), name: 'digits' } };
}

describe('a provider of 0.1', () => {
  it('has its keys listed, and opened by their passphrase alone', async () => {
    const { at, key } = left();
    const { root, roles, server } = await keys.show({ store: at('store') }, then);
    expect(root).toMatchObject({
      version: 1,
      fingerprint: expect.stringMatching(FINGERPRINT) as string,
    });
    expect(roles.map(({ keys: [first] }) => typeof first?.file)).toEqual(Array(4).fill('string'));
    expect(server?.hosts).toContain('localhost');
    await expect(
      provider.refresh({ ...key, passphrase: 'another than that which sealed' }, then).result,
    ).rejects.toMatchObject({ code: 'trust' });
    const before = readFileSync(at('store/metadata/freshness.json'));
    await provider.refresh(key, then);
    expect(readFileSync(at('store/metadata/freshness.json')).equals(before)).toBe(false);
  });

  it('has its sites listed', async () => {
    const { sites } = await provision.list(left().key, then);
    expect(sites.map(({ site }) => site)).toEqual(['st-mary']);
  });

  it('has a store and a log that an audit passes, and fails once a byte of them has changed', async () => {
    const { at, site } = left();
    await client.evidence({ ...site, folder: at('from-site') }, then);
    const signed = { store: at('store'), trust: at('store/trust.json'), log: at('store-log') };
    const options = { ...signed, site: [at('from-site')] };
    const verdicts = async (part: 'release' | 'log') =>
      (await audit({ ...options, parts: [part] }, then)).verdict;
    expect([await verdicts('release'), await verdicts('log')]).toEqual(['PASS', 'PASS']);
    const file = at('store-log/tile/entries/000.p/26');
    const bytes = readFileSync(file);
    bytes[700] = bytes.readUInt8(700) ^ 1;
    writeFileSync(file, bytes);
    expect(await verdicts('log')).toBe('FAIL');
  });

  it('has its model measured anew before it is published: its figures name no weights', async () => {
    const { at, key } = left();
    const options = { model: at('model'), data: 'digits:plain?n=100&seed=5', engine };
    const { accuracy, binding, claims } = await provider.check(options, here);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(binding).toBe('unnamed');
    expect(claims.find(({ id }) => id === 'release/figures')?.verdict).toBe('NOT CHECKED');
    const model = { ...key, model: at('model'), name: 'digits' };
    await expect(provider.publish(model, then).result).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('a model of fedshot 0.1') as string,
    });
    await provider.check({ ...options, writeCard: true }, here);
    expect(await provider.publish(model, then)).toMatchObject({ version: 2 });
  });

  it('publishes the next version, rotates keys, and serves a site that comes back', async () => {
    const { at, key, site } = left();
    await keys.renew(key, here);
    await keys.rotate({ ...key, role: 'release' }, here);
    await keys.rotate({ ...key, role: 'server' }, here);
    await provider.publish({ ...key, model: at('model'), name: 'digits', card: 'none' }, here);
    const kit = at('new-kit');
    await provision.renew({ ...key, name: 'st-mary', address: 'localhost:1', out: kit }, here);
    const { root } = await client.trust.update({ home: site.home, from: at('store') }, here);
    expect(root).toBe(3);
    await client.init({ home: site.home, trust: at('store/trust.json'), kit }, here);

    const stop = new AbortController();
    const job = provider.serve({ ...key, port: 0 }, { ...here, signal: stop.signal });
    for await (const event of job) {
      if (event.type !== 'ready') continue;
      const { address } = event.value as { address: string };
      const { release, bytesReceived } = await client
        .pull({ ...site, from: [address] }, here)
        .result.finally(() => stop.abort());
      expect(release.version).toBe(3); // the keys of releases were rotated, and one was published
      expect(bytesReceived).toBeLessThan(2000); // model.json alone: the weights were pulled under 0.1
    }
    await client.evidence({ ...site, folder: at('from-site') }, here);
    const signed = { store: at('store'), trust: at('store/trust.json'), log: at('store-log') };
    const options = { ...signed, site: [at('from-site')], parts: ['log' as const] };
    expect((await audit(options, here)).verdict).toBe('PASS');
  });
});

describe('a site of 0.1', () => {
  const predictions = (home: string, more: { sourceModel?: boolean } = {}) => {
    const options = { home, name: 'digits', data: 'digits:thin?n=20&seed=1', engine };
    return client.predict({ ...options, ...more, out: `${home}.csv` }, then);
  };

  it('trusts whom it trusted', async () => {
    const { root, releases } = await client.trust.show({ home: left().at('site') }, then);
    expect([root, releases]).toMatchObject([1, [{ name: 'digits', version: 1 }]]);
  });

  it('predicts what it predicted, to the last digit, before and after it is taken over', async () => {
    const { at, site } = left();
    const before = readFileSync(at('predictions.csv'), 'utf8');
    expect((await predictions(site.home)).model.run).toBe('adapted/digits');
    expect(readFileSync(at('site.csv'), 'utf8')).toBe(before);

    const more = { data: 'digits:thin?n=200', epochs: 1, force: true, engine };
    const { run } = await client.adapt({ ...site, ...more }, then);
    expect((await predictions(site.home)).model.run).toBe(run.id);
    expect(readFileSync(at('site.csv'), 'utf8')).not.toBe(before);
    await client.rollback(site, then);
    await predictions(site.home);
    expect(readFileSync(at('site.csv'), 'utf8')).toBe(before);
    expect(existsSync(at('site/adapted/.0.1/digits/record.json'))).toBe(true);
    const { runs } = await client.runs({ home: site.home }, then);
    expect(runs.map(({ inUse }) => inUse).sort()).toEqual([false, true]);
  });

  it('goes on with the released model where 0.1 had rolled back', async () => {
    const { at } = left();
    const { model, predictions: one } = await predictions(at('refused'));
    expect(model.run).toBeNull();
    const released = await predictions(at('refused'), { sourceModel: true });
    expect(one).toEqual(released.predictions);
  });

  it('pulls what is published next from a folder, and nothing whose bytes were changed', async () => {
    const { at, key, site } = left();
    await provider.publish({ ...key, model: at('model'), name: 'digits', card: 'none' }, then);
    const fresh = { ...site, from: [at('store')] };
    expect((await client.pull(fresh, then)).release.version).toBe(2);

    rmSync(at('refused/releases'), { recursive: true });
    const [largest = ''] = readdirSync(at('store/objects'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.length > 64)
      .map((name) => join(at('store/objects'), name))
      .sort((a, b) => readFileSync(b).length - readFileSync(a).length);
    const bytes = readFileSync(largest);
    bytes[0] = bytes.readUInt8(0) ^ 1;
    writeFileSync(largest, bytes);
    await expect(client.pull({ ...fresh, home: at('refused') }, then).result).rejects.toMatchObject(
      { code: 'digest' },
    );
  });
});
