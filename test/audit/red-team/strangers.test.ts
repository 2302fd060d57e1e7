import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { initSites, sitesDir } from '../../../src/provider/provision/index.js';
import { openSitesAuthority } from '../../../src/provider/provision/authority.js';
import {
  createAuthority,
  createRequest,
  issueSite,
  readRequest,
  type Identity,
} from '../../../src/provider/provision/certificates.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { live, type Live } from '../../fixtures/live.js';
import { failed, redTeam, unattributed } from '../../fixtures/red-team.js';
import { H2, HTTP, portOf, raw, speak } from '../../fixtures/stranger.js';

const red = redTeam();
const HOUR = 3_600_000;

const tls = (site: Live, options: ConnectionOptions, words: string | Buffer): Promise<string> =>
  speak(
    connectTls({ host: 'localhost', port: portOf(site), ca: site.ca, ...options }),
    'secureConnect',
    words,
  );

describe('strangers at the proxy, who do not make a connection fail the audit', () => {
  test.each<[string, (site: Live) => Promise<string>]>([
    [
      'a probe that connects and says nothing',
      (site) => speak(connect(portOf(site), 'localhost'), 'connect', ''),
    ],
    ['a browser that speaks no HTTP/2', (site) => tls(site, { ALPNProtocols: ['http/1.1'] }, HTTP)],
    ['a program that names no protocol', (site) => tls(site, {}, HTTP)],
    ['one that promises HTTP/2 and speaks another', (site) => tls(site, H2, HTTP)],
    ['one that does not trust the server', (site) => tls(site, { ...H2, ca: [] }, HTTP)],
  ])('%s', async (_, visit) => {
    let heard = '';
    const result = await live(red, { honest: true }, async (site) => (heard = await visit(site)));
    expect(failed(result)).toBe('');
    expect(result).toMatchObject({ unexplainedBytes: 0, connections: [{ calls: 0 }] });
    expect(heard).not.toContain('HTTP'); // no page of text for it
  });

  test('data behind a handshake, in place of any call, is counted', async () => {
    const result = await live(red, { honest: true }, (site) =>
      tls(site, H2, Buffer.alloc(4000, 'patient')),
    );
    expect(failed(result)).toBe('');
    expect(unattributed(result)).toMatch(/bytes to the provider that nothing explains/);
    expect(result.verdict).toBe('INCOMPLETE');
  });
});

/** One call with any certificate. @returns the answer, or why there is none */
async function callWith(site: Live, signer: Identity, notAfter: Date): Promise<Buffer | string> {
  const { request, key } = await createRequest('st-mary');
  const { publicKey } = await readRequest(request, 'request');
  const validity = { now: new Date(notAfter.getTime() - 2 * HOUR), notAfter };
  const cert = await issueSite(signer, 'st-mary', publicKey, validity);
  const [ca, ...own] = [site.ca, key, cert].map((text) => Buffer.from(text));
  const client = new Client(site.address, credentials.createSsl(ca, own[0], own[1]));
  const deadline = Date.now() + 5000;
  const asked = Buffer.from([8, 1]);
  const { path } = releaseService.GetRoot;
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(path, raw, raw, asked, new Metadata(), { deadline }, (error, got) =>
        resolve(error ? error.details : got!),
      );
    });
  } finally {
    client.close();
  }
}

describe('certificates that the server turns away, through the proxy', () => {
  test.each<[string, () => Promise<Identity>, number, RegExp]>([
    [
      'of an authority with the same name',
      () => createAuthority('fedshot sites', new Date()),
      HOUR,
      /connect|drop|reset|clos|alert/i,
    ],
    [
      'of our authority, expired',
      () => openSitesAuthority(red.audited.provider.keyring),
      -HOUR,
      /connect|drop|reset|clos|alert/i,
    ],
    [
      'of our authority, and on no record',
      () => openSitesAuthority(red.audited.provider.keyring),
      HOUR,
      /^denied$/,
    ],
  ])('%s', async (_, signer, lasts, words) => {
    const { keyring } = red.audited.provider;
    await initSites(keyring, new Date());
    let said: Buffer | string = '';
    const options = { honest: true, serve: { sites: sitesDir(keyring) } };
    const result = await live(red, options, async (site) => {
      said = await callWith(site, await signer(), new Date(Date.now() + lasts));
    });
    expect(said).toMatch(words);
    expect(failed(result)).toBe('');
  });
});

describe('a site with a certificate is no stranger', () => {
  test('its data in metadata are a finding, though every call was refused', async () => {
    const { keyring } = red.audited.provider;
    await initSites(keyring, new Date());
    const options = { honest: true, serve: { sites: sitesDir(keyring) } };
    const result = await live(red, options, async (site) => {
      const { request, key } = await createRequest('st-mary');
      const { publicKey } = await readRequest(request, 'request');
      const signer = await openSitesAuthority(keyring);
      const notAfter = new Date(Date.now() + HOUR);
      const cert = await issueSite(signer, 'st-mary', publicKey, { now: new Date(), notAfter });
      const [ca, ...own] = [site.ca, key, cert].map((text) => Buffer.from(text));
      const client = new Client(site.address, credentials.createSsl(ca, own[0], own[1]));
      const metadata = new Metadata();
      const { path } = releaseService.GetFreshness;
      // more than the certificate can have, whose length the auditor does not know
      for (const patient of [1, 2, 3]) {
        metadata.set('x-note', `patient ${patient} `.repeat(250));
        await new Promise<void>((resolve) => {
          client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), metadata, () => resolve());
        });
      }
      client.close();
    });
    expect(failed(result)).toMatch(/egress: connection 0 .*bytes to the provider that nothing/);
  });
});
