import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status, type Client } from '@grpc/grpc-js';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { installIdentity } from '../../../src/client/transfer/index.js';
import { addSite, initSites, revokeSite, sitesDir } from '../../../src/provider/provision/index.js';
import type { ServingOptions, Serving } from '../../../src/provider/serve/index.js';
import type { FedshotError } from '../../../src/shared/errors.js';
import { random } from '../../../src/shared/random.js';
import { openRoot } from '../../../src/shared/release/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { call, connectTo, outcome } from '../../fixtures/calls.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';

const retry = {
  policy: { attempts: 2, baseMs: 1, maxMs: 1 },
  random: random('serve'),
  sleep: () => Promise.resolve(),
};

describe('serve, with enrolled sites', () => {
  let dir: string;
  let provider: TestProvider;
  let ca: string;
  const open: { close(): unknown }[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-serve-'));
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 2_300_000, B: 30_000, C: 3_000 });
    await provider.publish('faces', { F: 20_000, B: 3_000, C: 3_000 });
    ca = openRoot(readFileSync(provider.trustFile)).document.tls.ca.join('\n');
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function start(options: Partial<ServingOptions> = {}): Promise<Serving> {
    const serving = await provider.serve(options);
    open.push(serving);
    return serving;
  }
  function connect(serving: Serving, identity: { cert?: string; key?: string } = {}): Client {
    const client = connectTo(serving.port, ca, identity);
    open.push(client);
    return client;
  }
  const manifest = releaseService.GetManifest;
  const ask = (name: string): Buffer => manifest.requestSerialize({ name, version: 1 });

  let policy: string;
  const lines: string[] = [];
  const enrol = async (site: string): Promise<string> => {
    const office = { store: provider.store, keyring: provider.keyring, now: new Date() };
    const kit = join(dir, 'kits', site);
    await addSite(office, { site, address: 'localhost:1', out: kit });
    const home = provider.home(site);
    installIdentity(home, kit);
    return home;
  };
  const startMutual = (): Promise<Serving> =>
    start({
      sites: sitesDir(provider.keyring),
      policy,
      log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    });
  beforeAll(async () => {
    await initSites(provider.keyring, new Date());
    policy = join(dir, 'policy.json');
    writeFileSync(policy, JSON.stringify({ releases: { digits: ['alpha', 'beta'] } }));
  });
  const pullAs = (home: string, serving: Serving, name = 'digits') =>
    pull({ from: [`localhost:${serving.port}`], name, home, retry });

  it('serves an enrolled site, and names it in the log', async () => {
    const home = await enrol('alpha');
    await pullAs(home, await startMutual());
    const entry = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg }) => msg === 'pulled');
    expect(entry).toMatchObject({ site: 'alpha', release: 'digits' });
    expect(lines.join()).not.toMatch(/PRIVATE KEY|passphrase/i);
  });
  it('asks for certificates from the moment that there is an authority, without a restart', async () => {
    const fresh = await makeProvider(join(dir, 'fresh'));
    await fresh.publish('digits', { F: 20_000, B: 3_000, C: 3_000 });
    const serving = await fresh.serve({ sites: sitesDir(fresh.keyring) });
    open.push(serving);
    const from = { from: [`localhost:${serving.port}`], name: 'digits', retry };
    const home = fresh.home('early');
    await pull({ ...from, home });
    await initSites(fresh.keyring, new Date());
    const office = { store: fresh.store, keyring: fresh.keyring, now: new Date() };
    const kit = join(dir, 'kits/early');
    await addSite(office, { site: 'early', address: 'localhost:1', out: kit });
    await serving.reload();
    await expect(pull({ ...from, home })).rejects.toMatchObject({ code: 'denied' });
    installIdentity(home, kit);
    await expect(pull({ ...from, home })).resolves.toMatchObject({ upToDate: true });
  });
  it('refuses an unauthenticated client', async () => {
    const serving = await startMutual();
    await expect(pullAs(provider.home('nobody'), serving)).rejects.toMatchObject({
      code: 'denied',
    });
    expect(await outcome(call(connect(serving), manifest.path, ask('digits')))).toBe(
      status.UNAVAILABLE,
    );
  });
  it('refuses an enrolled site that the policy does not name', async () => {
    const home = await enrol('gamma');
    await expect(pullAs(home, await startMutual())).rejects.toMatchObject({ code: 'denied' });
  });
  it('refuses a release that the policy does not give to anybody', async () => {
    const home = await enrol('delta');
    await expect(pullAs(home, await startMutual(), 'faces')).rejects.toMatchObject({
      code: 'denied',
    });
  });
  it('refuses a revoked site from the next call on, on the connection that it has', async () => {
    const home = await enrol('beta');
    const serving = await startMutual();
    const kit = join(dir, 'kits/beta');
    const client = connect(serving, {
      cert: readFileSync(join(kit, 'site.pem'), 'utf8'),
      key: readFileSync(join(kit, 'site-key.pem'), 'utf8'),
    });
    expect(await outcome(call(client, manifest.path, ask('digits')))).toBe(status.OK);
    revokeSite({ keyring: provider.keyring, now: new Date() }, 'beta');
    await expect
      .poll(() => outcome(call(client, manifest.path, ask('digits'))), { timeout: 10_000 })
      .toBe(status.PERMISSION_DENIED);
    await expect(pullAs(home, serving)).rejects.toMatchObject({ code: 'denied' });
  });
  it('refuses a certificate that its CA signed but nobody recorded', async () => {
    const home = await enrol('epsilon');
    rmSync(join(sitesDir(provider.keyring), 'epsilon.json'));
    await expect(pullAs(home, await startMutual())).rejects.toMatchObject({ code: 'denied' });
  });
  it('refuses a certificate of another authority', async () => {
    const other = await makeProvider(join(dir, 'other'));
    await initSites(other.keyring, new Date());
    const kit = join(dir, 'kits/impostor');
    const office = { store: other.store, keyring: other.keyring, now: new Date() };
    await addSite(office, { site: 'alpha', address: 'localhost:1', out: kit });
    const home = provider.home('impostor');
    installIdentity(home, kit);
    const error = await pullAs(home, await startMutual()).catch((thrown: unknown) => thrown);
    // TLS 1.3 lets a client finish its handshake before it learns that its certificate is refused.
    expect(['denied', 'network']).toContain((error as FedshotError).code);
    expect(lines.join()).not.toContain('impostor');
  });
  it('follows a changed policy without a restart, and keeps the old one when the new one is broken', async () => {
    const home = await enrol('zeta');
    const serving = await startMutual();
    await expect(pullAs(home, serving)).rejects.toMatchObject({ code: 'denied' });
    writeFileSync(policy, JSON.stringify({ releases: { '*': ['*'] } }));
    await serving.reload();
    await expect(pullAs(home, serving)).resolves.toMatchObject({ upToDate: false });
    writeFileSync(policy, '{"releases": {"*": ["*"]}, "allow": "all"}');
    await serving.reload();
    await expect(pullAs(home, serving)).resolves.toMatchObject({ upToDate: true });
    // Nor does a policy that nobody repairs keep a site from being revoked.
    revokeSite({ keyring: provider.keyring, now: new Date() }, 'zeta');
    await serving.reload();
    await expect(pullAs(home, serving)).rejects.toMatchObject({ code: 'denied' });
  });
  it('names the sites of a policy that nobody enrolled', async () => {
    writeFileSync(policy, JSON.stringify({ releases: { digits: ['alpha', 'alfa', '*'] } }));
    await startMutual();
    const warned = lines.findLast((line) => line.includes('not enrolled'));
    expect(warned).toContain('"alfa"');
    expect(warned).not.toContain('"alpha"');
  });
});
