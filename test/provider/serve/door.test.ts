import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addSitesAuthority, removeSitesAuthority } from '../../../src/provider/provision/index.js';
import { revokeSite, sitesDir, useSitesAuthority } from '../../../src/provider/provision/index.js';
import type { ServingOptions, Serving } from '../../../src/provider/serve/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { askOn, enrolledProvider, type Enrolled } from '../../fixtures/enrolled.js';
import { makeProvider } from '../../fixtures/provider.js';

const raw = (bytes: Buffer): Buffer => bytes;

describe('who gets in', () => {
  let dir: string;
  let enrolled: Enrolled;
  const lines: string[] = [];
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-door-'));
    enrolled = await enrolledProvider(join(dir, 'work'), 8_000_000);
    lines.length = 0;
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    rmSync(dir, { recursive: true });
  });
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const now = { now: new Date() };
  async function start(options: Partial<ServingOptions> = {}): Promise<Serving> {
    const { keyring } = enrolled.provider;
    const own = { sites: sitesDir(keyring), memory: [keyring.dir], log };
    const serving = await enrolled.provider.serve({ ...own, ...options });
    open.push(serving);
    return serving;
  }
  const sites = (): string => sitesDir(enrolled.provider.keyring);
  const revoke = (site: string): unknown => revokeSite({ ...enrolled.provider, ...now }, site);

  describe('where the folder of sites is not there at the start', () => {
    it('refuses to start, though the folder is gone and an empty one is in its place', async () => {
      await enrolled.enrol('alpha');
      renameSync(sites(), join(dir, 'away'));
      await expect(start()).rejects.toMatchObject({ code: 'not-found' });
      mkdirSync(sites());
      await expect(start()).rejects.toMatchObject({ code: 'not-found' });
    });
    it.each(['keys', 'store'])('remembers it without the memory in %s', async (which) => {
      rmSync(join(enrolled.provider.dir, which, 'enrolled.json'));
      renameSync(sites(), join(dir, 'away'));
      await expect(start()).rejects.toThrow('sites are enrolled');
    });
    it('remembers it for a store that was made before there was a memory', async () => {
      for (const which of ['keys', 'store'])
        rmSync(join(enrolled.provider.dir, which, 'enrolled.json'));
      await (await start()).close();
      open.pop();
      renameSync(sites(), join(dir, 'away'));
      await expect(start()).rejects.toThrow('sites are enrolled');
    });
    it('refuses an explicit folder without an authority, whoever is enrolled', async () => {
      const fresh = await makeProvider(join(dir, 'fresh'));
      for (const folder of [join(dir, 'typo'), dir])
        await expect(fresh.serve({ sites: folder, asks: 'always', log })).rejects.toMatchObject({
          code: 'not-found',
        });
    });
    it('twin: serves anybody when told so, and where nobody was ever enrolled', async () => {
      expect(await enrolled.ask(await start({ asks: 'never' }))).toBe(status.OK);
      const fresh = await makeProvider(join(dir, 'fresh'));
      await fresh.publish('digits', { F: 20_000, B: 3_000, C: 3_000 });
      const serving = await fresh.serve({ sites: sitesDir(fresh.keyring) });
      open.push(serving);
      expect(serving.port).toBeGreaterThan(0);
    });
  });

  describe('where one site’s file is damaged', () => {
    it('denies that site alone, by name, and can be started again', async () => {
      const [alpha, beta] = [await enrolled.enrol('alpha'), await enrolled.enrol('beta')];
      writeFileSync(join(sites(), 'beta.json'), '{"name": "beta", "certifi');
      const serving = await start();
      expect(await enrolled.ask(serving, alpha)).toBe(status.OK);
      expect(await enrolled.ask(serving, beta)).toBe(status.PERMISSION_DENIED);
      expect(lines.filter((line) => line.includes('"site":"beta"'))).toHaveLength(1);
      expect(lines.join()).toMatch(/not on record; these files cannot be read: beta/);
    });
    it('another is revoked all the same', async () => {
      const alpha = await enrolled.enrol('alpha');
      await enrolled.enrol('beta');
      const serving = await start();
      rmSync(join(sites(), 'beta.json'));
      mkdirSync(join(sites(), 'beta.json'));
      expect(await enrolled.ask(serving, alpha)).toBe(status.OK);
      revoke('alpha');
      await expect
        .poll(() => enrolled.ask(serving, alpha), { timeout: 5000 })
        .toBe(status.PERMISSION_DENIED);
    });
  });

  describe('while a server runs', () => {
    it('ends the stream of a site that is revoked, and of no other', async () => {
      const [alpha, beta] = [await enrolled.enrol('alpha'), await enrolled.enrol('beta')];
      const serving = await start();
      const digest = (
        await enrolled.provider.publish('digits', { F: 24_000_000, B: 3_000, C: 3_000 })
      ).digest;
      const { path, requestSerialize } = releaseService.GetChunks;
      const request = requestSerialize({
        manifest: Buffer.from(digest, 'hex'),
        indices: Array.from({ length: 20 }, (_, i) => i),
      });
      const streams = [alpha, beta].map((who) => {
        const client = enrolled.connect(serving, who);
        open.push(client);
        return client.makeServerStreamRequest(path, raw, raw, request);
      });
      const ended = streams.map(() => false);
      const got = streams.map((stream, i) => {
        stream.on('error', () => (ended[i] = true)).on('data', () => stream.pause()); // reads one
        return new Promise((resolve) => stream.once('data', resolve));
      });
      await Promise.all(got);
      revoke('beta');
      await expect.poll(() => lines.join(), { timeout: 5000 }).toContain('beta: revoked');
      streams[1]?.removeAllListeners('data').resume(); // what had left before arrives; then it learns
      await expect.poll(() => ended[1], { timeout: 5000 }).toBe(true);
      let bytes = 0;
      streams[0]
        ?.removeAllListeners('data')
        .on('data', (data: Buffer) => (bytes += data.length))
        .resume();
      await new Promise((resolve) => streams[0]?.once('end', resolve));
      expect(ended[0]).toBe(false);
      expect(bytes).toBeGreaterThan(15_000_000);
    });
    it('a revoked site stays revoked when its file is restored from an old copy', async () => {
      const alpha = await enrolled.enrol('alpha');
      const serving = await start();
      cpSync(join(sites(), 'alpha.json'), join(dir, 'old.json'));
      revoke('alpha');
      await serving.reload();
      cpSync(join(dir, 'old.json'), join(sites(), 'alpha.json'));
      await serving.reload();
      expect(await enrolled.ask(serving, alpha)).toBe(status.PERMISSION_DENIED);
    });
    it('a broken certificate of the server keeps no site from being revoked', async () => {
      const alpha = await enrolled.enrol('alpha');
      const serving = await start();
      writeFileSync(join(enrolled.provider.keyring.dir, 'tls/server.pem'), 'broken');
      revoke('alpha');
      await serving.reload();
      expect(await enrolled.ask(serving, alpha)).toBe(status.PERMISSION_DENIED);
    });
    it('refuses who came by an authority that is removed, though a key of another vanishes', async () => {
      const change = { keyring: enrolled.provider.keyring, now: new Date() };
      const alpha = await enrolled.enrol('alpha');
      const serving = await start();
      const client = enrolled.connect(serving, alpha);
      open.push(client);
      expect(await askOn(client)).toBe(status.OK);
      const next = await addSitesAuthority(change);
      await serving.reload();
      expect(await askOn(client)).toBe(status.OK); // twin: one more takes nothing away
      useSitesAuthority(change, next);
      const { readAuthorities } = await import('../../../src/provider/provision/index.js');
      const { fingerprintOf } = await import('../../../src/provider/authorities.js');
      const old = readAuthorities(sites())
        .map(fingerprintOf)
        .find((id) => id !== next);
      removeSitesAuthority(change, old ?? '', true);
      rmSync(join(sites(), `ca-${next.slice(0, 16)}.sealed`));
      await serving.reload();
      expect(await askOn(client)).not.toBe(status.OK);
    });
    it('says in a line of its log that a certificate has expired', async () => {
      const { openSitesAuthority } = await import('../../../src/provider/provision/authority.js');
      const made = await import('../../../src/provider/provision/certificates.js');
      const { request, key } = await made.createRequest('late');
      const { publicKey } = await made.readRequest(request, 'request');
      const past = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
      const authority = await openSitesAuthority(enrolled.provider.keyring);
      const validity = { now: past(3), notAfter: past(1) };
      const cert = await made.issueSite(authority, 'late', publicKey, validity);
      const serving = await start();
      expect(await enrolled.ask(serving, { cert, key })).not.toBe(status.OK);
      await expect
        .poll(() => lines.join())
        .toMatch(/127\.0\.0\.1.*CERT_HAS_EXPIRED|CERT_HAS_EXPIRED.*127\.0\.0\.1/);
    });
  });
});
