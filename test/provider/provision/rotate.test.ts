import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pull, type PullResult } from '../../../src/client/pull/index.js';
import { installIdentity } from '../../../src/client/transfer/index.js';
import {
  addSite,
  addSitesAuthority,
  initSites,
  listSites,
  listSitesAuthorities,
  removeSitesAuthority,
  renewSite,
  sitesDir,
  useSitesAuthority,
} from '../../../src/provider/provision/index.js';
import type { Serving } from '../../../src/provider/serve/index.js';
import { random } from '../../../src/shared/random.js';
import { openRoot } from '../../../src/shared/release/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { failsWith } from '../../fixtures/world.js';
import { fileDir } from '../../fixtures/temp.js';

const once = { attempts: 1, baseMs: 1, maxMs: 1 };
const retry = { policy: once, random: random('sites-ca'), sleep: () => Promise.resolve() };
const raw = (bytes: Buffer): Buffer => bytes;

describe('replacing the authority of the sites', () => {
  const dir = fileDir();
  let provider: TestProvider;
  let server: Serving;
  let old: string;
  const now = new Date();
  const office = () => ({ store: provider.store, keyring: provider.keyring, now });
  const kit = (site: string, folder = site) => ({
    site,
    address: 'localhost:1',
    out: join(dir, 'kits', folder),
  });
  const listed = () => listSitesAuthorities(office());
  const pullAs = (site: string): Promise<PullResult> =>
    pull({ from: [`localhost:${server.port}`], name: 'digits', home: join(dir, site), retry });
  /** In TLS 1.3 the site may have gone on before it learns that it was turned away. */
  const turnedAway = (site: string): Promise<void> =>
    expect(pullAs(site)).rejects.toSatisfy((error) =>
      ['denied', 'network'].includes((error as { code: string }).code),
    );
  const bundle = (): string => readFileSync(join(sitesDir(provider.keyring), 'ca.pem'), 'utf8');

  /** One call on a connection that stays open. */
  function connect(folder: string): () => Promise<status> {
    const read = (file: string): Buffer => readFileSync(join(dir, 'kits', folder, file));
    const ca = openRoot(readFileSync(provider.trustFile)).document.tls.ca.join('\n');
    const tls = credentials.createSsl(Buffer.from(ca), read('site-key.pem'), read('site.pem'));
    const client = new Client(`localhost:${server.port}`, tls);
    const { path } = releaseService.GetRoot;
    return () =>
      new Promise((resolve) => {
        client.makeUnaryRequest(path, raw, raw, Buffer.of(8, 1), (error: ServiceError | null) =>
          resolve(error?.code ?? status.OK),
        );
      });
  }

  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 4000, B: 400, C: 200 });
    await initSites(provider.keyring, now);
    for (const site of ['alpha', 'beta', 'gamma']) {
      await addSite(office(), kit(site));
      installIdentity(provider.home(site), join(dir, 'kits', site));
    }
    server = await provider.serve({ sites: sitesDir(provider.keyring) });
    old = listed()[0]!.fingerprint;
  });
  afterAll(async () => {
    await server.close();
  });

  it('refuses to remove the one that issues, forced or not, and to make one before there is any', async () => {
    expect(() => removeSitesAuthority(office(), old, true)).toThrow(failsWith('usage'));
    expect(listed()).toHaveLength(1);
    const other = await makeProvider(join(dir, 'other'));
    await expect(addSitesAuthority({ keyring: other.keyring, now })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('adds one: nothing changes for anybody, and who issues stays', async () => {
    const added = await addSitesAuthority(office());
    await server.reload();
    expect(listed().map(({ fingerprint, inUse }) => [fingerprint, inUse])).toEqual([
      [old, true],
      [added, false],
    ]);
    expect(bundle().match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    for (const site of ['alpha', 'beta']) await pullAs(site);
  });

  it('uses it: a site that is renewed gets its certificate from the new one, the others keep theirs', async () => {
    const [, added] = listed();
    useSitesAuthority(office(), added!.fingerprint.slice(0, 8));
    await server.reload();
    await renewSite(office(), kit('alpha', 'alpha-2'));
    await server.reload();
    expect((await pullAs('alpha')).upToDate).toBe(true); // with the certificate that it has
    installIdentity(join(dir, 'alpha'), join(dir, 'kits/alpha-2'));
    expect((await pullAs('alpha')).upToDate).toBe(true);
    expect((await pullAs('beta')).upToDate).toBe(true);
    expect(listed().map(({ sites }) => sites)).toEqual([[], ['beta', 'gamma']]);
  });

  it('foreign authority: one of the same name is refused during the overlap, its twin is not', async () => {
    const other = await makeProvider(join(dir, 'stranger'));
    await initSites(other.keyring, now);
    await addSite(
      { ...office(), store: other.store, keyring: other.keyring },
      kit('alpha', 'evil'),
    );
    installIdentity(provider.home('evil'), join(dir, 'kits/evil'));
    await turnedAway('evil');
    expect((await pullAs('alpha')).upToDate).toBe(true);
  });

  it('refuses to remove one that sites depend on, names them, and changes nothing', () => {
    const before = bundle();
    expect(() => removeSitesAuthority(office(), old)).toThrow(
      `these sites depend on ${old.slice(0, 16)}: beta, gamma; nothing was changed`,
    );
    expect(() => removeSitesAuthority(office(), '00000000')).toThrow(failsWith('not-found'));
    expect(bundle()).toBe(before);
  });

  it('removed authority: its certificates are refused without a restart, on open connections too', async () => {
    await renewSite(office(), kit('beta', 'beta-2'));
    const [stale, fresh] = [connect('beta'), connect('beta-2')];
    await server.reload();
    expect([await stale(), await fresh()]).toEqual([status.OK, status.OK]);
    expect(removeSitesAuthority(office(), old, true)).toEqual({
      authority: old,
      cutOff: ['gamma'],
    });
    await server.reload();
    expect([await stale(), await fresh()]).toEqual([status.PERMISSION_DENIED, status.OK]);
    await turnedAway('beta');
    await turnedAway('gamma');
    installIdentity(join(dir, 'beta'), join(dir, 'kits/beta-2'));
    for (const site of ['alpha', 'beta']) expect((await pullAs(site)).upToDate).toBe(true);
    expect(listSites(office()).map(({ site, status: is }) => `${site} ${is}`)).toEqual([
      'alpha cut off',
      'alpha valid',
      'beta cut off',
      'beta valid',
      'gamma cut off',
    ]);
  });

  it('a site that was cut off is renewed, and pulls again', async () => {
    await renewSite(office(), kit('gamma', 'gamma-2'));
    installIdentity(join(dir, 'gamma'), join(dir, 'kits/gamma-2'));
    await server.reload();
    await pullAs('gamma');
    expect(listed().map(({ sites }) => sites)).toEqual([['alpha', 'beta', 'gamma']]);
  });

  it('refuses a fifth', async () => {
    for (let i = 0; i < 3; i++) await addSitesAuthority(office());
    const before = bundle();
    await expect(addSitesAuthority(office())).rejects.toMatchObject({ code: 'usage' });
    expect(bundle()).toBe(before);
    await server.reload();
    expect((await pullAs('alpha')).upToDate).toBe(true);
  });
});
