import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { installIdentity } from '../../../src/client/transfer/index.js';
import { addSite, initSites, revokeSite, sitesDir } from '../../../src/provider/provision/index.js';
import type { ServeOptions, Serving } from '../../../src/provider/serve/index.js';
import type { FedshotError } from '../../../src/shared/errors.js';
import { random } from '../../../src/shared/random.js';
import { openRoot } from '../../../src/shared/release/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';

const retry = {
  policy: { attempts: 2, baseMs: 1, maxMs: 1 },
  random: random('serve'),
  sleep: () => Promise.resolve(),
};
const raw = (bytes: Buffer): Buffer => bytes;

describe('serve', () => {
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

  async function start(options: Partial<ServeOptions> = {}): Promise<Serving> {
    const serving = await provider.serve(options);
    open.push(serving);
    return serving;
  }
  function connect(serving: Serving, identity: { cert?: string; key?: string } = {}): Client {
    const pem = (text?: string): Buffer | null => (text ? Buffer.from(text) : null);
    const tls = credentials.createSsl(Buffer.from(ca), pem(identity.key), pem(identity.cert));
    const client = new Client(`localhost:${serving.port}`, tls);
    open.push(client);
    return client;
  }
  /** One unary call with any bytes as its request. */
  function call(
    client: Client,
    path: string,
    bytes: Buffer,
    metadata = new Metadata(),
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, raw, raw, bytes, metadata, (error, answer) =>
        error ? reject(error) : resolve(answer!),
      );
    });
  }
  const outcome = (answer: Promise<unknown>): Promise<status> =>
    answer.then(
      () => status.OK,
      (error: unknown) => (error as ServiceError).code,
    );
  const manifest = releaseService.GetManifest;
  const ask = (name: string): Buffer => manifest.requestSerialize({ name, version: 1 });

  describe('requests', () => {
    it('answers one within the rules', async () => {
      const client = connect(await start());
      expect((await call(client, manifest.path, ask('digits'))).length).toBeGreaterThan(500);
    });
    it('refuses a name that is not on the signed list, also one that is a path', async () => {
      const client = connect(await start());
      for (const name of ['my patient data', '../../keys', 'digits/../digits', '__proto__'])
        expect(await outcome(call(client, manifest.path, ask(name)))).toBe(status.NOT_FOUND);
    });
    it('refuses data smuggled in an over-long name', async () => {
      const client = connect(await start());
      const code = await outcome(call(client, manifest.path, ask('a'.repeat(65))));
      expect(code).toBe(status.RESOURCE_EXHAUSTED);
    });
    it('refuses data smuggled in an unknown field', async () => {
      const client = connect(await start());
      const extra = Buffer.concat([ask('digits'), Buffer.from([0x7a, 2, 1, 2])]);
      expect(await outcome(call(client, manifest.path, extra))).toBe(status.INVALID_ARGUMENT);
    });
    it('refuses data smuggled in a padded number', async () => {
      const client = connect(await start());
      const padded = Buffer.concat([ask('digits').subarray(0, -1), Buffer.from([0x81, 0x00])]);
      expect(await outcome(call(client, manifest.path, padded))).toBe(status.INVALID_ARGUMENT);
    });
    it('refuses data smuggled in metadata', async () => {
      const client = connect(await start());
      const metadata = new Metadata();
      metadata.set('x-note', 'pixels');
      const code = await outcome(call(client, manifest.path, ask('digits'), metadata));
      expect(code).toBe(status.INVALID_ARGUMENT);
    });
    it('refuses an oversized request', async () => {
      const client = connect(await start());
      const code = await outcome(call(client, manifest.path, Buffer.alloc(5000)));
      expect(code).toBe(status.RESOURCE_EXHAUSTED);
    });
    it.each([
      ['descending', [3, 2]],
      ['the same twice', [1, 1]],
      ['none', []],
      ['beyond the last', [9999]],
    ])('refuses chunk indices that are %s', async (_, indices) => {
      const { digest } = await provider.publish('faces', { F: 20_000, B: 3_000, C: 3_000 });
      const client = connect(await start());
      const { path, requestSerialize } = releaseService.GetChunks;
      const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
      const stream = client.makeServerStreamRequest(path, raw, raw, request);
      const code = await outcome(stream.toArray());
      expect([status.INVALID_ARGUMENT, status.NOT_FOUND]).toContain(code);
    });
    it('says nothing in an error but one word of a fixed list', async () => {
      const client = connect(await start());
      const error = await call(client, manifest.path, ask('secret')).catch(
        (e: unknown) => e as ServiceError,
      );
      expect((error as ServiceError).details).toBe('not-found');
      expect(Object.keys((error as ServiceError).metadata.getMap())).not.toContain('secret');
    });
    it('turns away a peer that calls too often, and lets it in again later', async () => {
      const serving = await start({ limits: { peerBurst: 3, peerPerSecond: 0.5 } });
      const client = connect(serving);
      const codes = [];
      for (let i = 0; i < 6; i++)
        codes.push(await outcome(call(client, manifest.path, ask('digits'))));
      expect(codes).toContain(status.RESOURCE_EXHAUSTED);
      await expect
        .poll(() => outcome(call(client, manifest.path, ask('digits'))), { timeout: 15_000 })
        .toBe(status.OK);
    });
    it('drops connections above its limit', async () => {
      const serving = await start({ limits: { maxConnections: 1 } });
      expect(await outcome(call(connect(serving), manifest.path, ask('digits')))).toBe(status.OK);
      expect(await outcome(call(connect(serving), manifest.path, ask('digits')))).toBe(
        status.UNAVAILABLE,
      );
    });
    it('cuts off a slow reader', async () => {
      const { digest } = await provider.publish('digits', { F: 50_000_000, B: 30_000, C: 3_000 });
      const lines: string[] = [];
      const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
      const client = connect(await start({ limits: { stallMs: 200 }, log }));
      const { path, requestSerialize } = releaseService.GetChunks;
      const indices = Array.from({ length: 50 }, (_, i) => i);
      const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
      const stream = client.makeServerStreamRequest(path, raw, raw, request);
      stream.on('error', () => undefined).on('data', () => stream.pause()); // reads one
      await expect
        .poll(() => lines.join(), { timeout: 20_000 })
        .toMatch(/took \d+ s and more for \d+ bytes|not taken in time/);
      await expect.poll(() => client.getChannel().getConnectivityState(false)).not.toBe(2); // READY
    });
  });

  describe('standard services', () => {
    it('answers health checks', async () => {
      const client = connect(await start());
      const answer = await call(client, '/grpc.health.v1.Health/Check', Buffer.alloc(0));
      expect([...answer]).toEqual([8, 1]); // SERVING
    });
    it('answers reflection', async () => {
      const client = connect(await start());
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      const stream = client.makeBidiStreamRequest(path, raw, raw);
      stream.write(Buffer.from([0x3a, 1, 0x2a])); // list_services: "*"
      stream.end();
      const [answer] = (await stream.toArray()) as Buffer[];
      expect(answer!.toString('latin1')).toContain('fedshot.v1.ReleaseService');
    });
    it('serves metrics on a port of their own', async () => {
      const serving = await start({ metricsPort: 0 });
      await call(connect(serving), manifest.path, ask('digits'));
      const text = await (await fetch(`http://${serving.metricsAddress!}/metrics`)).text();
      expect(text).toMatch(/fedshot_sent_bytes_total\{site="any",release="digits"\} \d{3,}/);
      expect((await fetch(`http://${serving.metricsAddress!}/`)).status).toBe(404);
    });
    it('finishes what is under way when it is closed', async () => {
      const { digest } = await provider.publish('drained', { F: 20_000_000, B: 30_000, C: 3_000 });
      const serving = await start({ graceMs: 20_000 });
      const { path, requestSerialize } = releaseService.GetChunks;
      const indices = Array.from({ length: 15 }, (_, i) => i);
      const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
      const stream = connect(serving).makeServerStreamRequest(path, raw, raw, request);
      const received: Buffer[] = [];
      let closing: Promise<void> | undefined;
      for await (const message of stream as AsyncIterable<Buffer>) {
        received.push(message);
        closing ??= serving.close(); // the first of fifteen has come
      }
      expect(received).toHaveLength(15);
      await closing;
      const late = connect(serving);
      expect(await outcome(call(late, manifest.path, ask('digits')))).toBe(status.UNAVAILABLE);
    });
  });

  describe('with enrolled sites', () => {
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
});

const pulled = (pulling: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    pulling.then(
      () => true,
      () => true,
    ),
    Promise.resolve(false),
  ]);
