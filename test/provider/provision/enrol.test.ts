import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSite,
  addSitesAuthority,
  approveRequest,
  initSites,
  listSites,
  renewSite,
  requestCertificate,
  revokeSite,
  sitesDir,
  type Office,
} from '../../../src/provider/provision/index.js';
import { Keyring, Sealer } from '../../../src/shared/release/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

describe('enrolment', () => {
  const dir = fileDir();
  let provider: TestProvider;
  let office: Office;
  const now = new Date('2026-11-23T12:00:00Z');
  const out = (name: string): string => join(dir, 'kits', name);
  const kit = (site: string, folder = site) => ({
    site,
    address: 'localhost:7443',
    out: out(folder),
  });
  const cert = (folder: string): X509Certificate =>
    new X509Certificate(readFileSync(join(out(folder), 'site.pem')));
  const record = (site: string): string => join(sitesDir(provider.keyring), `${site}.json`);

  beforeAll(async () => {
    provider = await makeProvider(dir);
    office = { store: provider.store, keyring: provider.keyring, now };
  });

  it('needs the authority first, and says how it is made', async () => {
    await expect(addSite(office, kit('early'))).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('provision init') as string,
    });
  });

  it('makes the authority once', async () => {
    expect(await initSites(provider.keyring, now)).toBe(true);
    const before = readFileSync(join(sitesDir(provider.keyring), 'ca.pem'));
    expect(await initSites(provider.keyring, now)).toBe(false);
    expect(readFileSync(join(sitesDir(provider.keyring), 'ca.pem')).equals(before)).toBe(true);
  });

  it('hands out a kit with certificate, key, pinned root, address and what to do', async () => {
    await addSite(office, kit('alpha'));
    const key = join(out('alpha'), 'site-key.pem');
    expect(statSync(key).mode & 0o077).toBe(0);
    expect(
      readFileSync(join(out('alpha'), 'trust.json')).equals(readFileSync(provider.trustFile)),
    ).toBe(true);
    expect(readFileSync(join(out('alpha'), 'README.md'), 'utf8')).toContain('localhost:7443');
    const ca = new X509Certificate(readFileSync(join(sitesDir(provider.keyring), 'ca.pem')));
    expect(cert('alpha').verify(ca.publicKey)).toBe(true);
  });

  it('gives a certificate that cannot pass for a server or an authority', () => {
    expect(cert('alpha').keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']); // client authentication alone
    expect(cert('alpha').ca).toBe(false);
    expect(cert('alpha').subjectAltName).toBeUndefined();
  });

  it('keeps no private key of a site, and no open key of the authority', () => {
    expect(readFileSync(record('alpha'), 'utf8')).not.toContain('PRIVATE');
    expect(readFileSync(join(sitesDir(provider.keyring), 'ca.sealed'), 'utf8')).not.toContain(
      'PRIVATE',
    );
  });

  it('changes nothing for one site when another is added, renewed or revoked', async () => {
    await addSite(office, kit('beta'));
    const files = [
      record('alpha'),
      join(out('alpha'), 'site.pem'),
      join(sitesDir(provider.keyring), 'ca.pem'),
    ];
    const before = files.map((file) => [readFileSync(file, 'utf8'), statSync(file).mtimeMs]);
    await addSite(office, kit('gamma'));
    await renewSite(office, kit('beta', 'beta-2'));
    revokeSite(office, 'beta');
    expect(files.map((file) => [readFileSync(file, 'utf8'), statSync(file).mtimeMs])).toEqual(
      before,
    );
  });

  it('revokes every certificate of a site, or one', async () => {
    await addSite(office, kit('delta'));
    const { serial } = await renewSite(office, kit('delta', 'delta-2'));
    expect(revokeSite(office, 'delta', serial)).toEqual([serial]);
    const status = () =>
      listSites(office)
        .filter(({ site }) => site === 'delta')
        .map((row) => row.status);
    expect(status()).toEqual(['valid', 'revoked']);
    expect(revokeSite(office, 'delta')).toHaveLength(1);
    expect(status()).toEqual(['revoked', 'revoked']);
    expect(revokeSite(office, 'delta')).toEqual([]);
  });

  it('grants the request of a site that keeps its key', async () => {
    const made = await requestCertificate('epsilon', join(dir, 'at-epsilon'));
    const granted = await approveRequest(office, made.request, kit('epsilon'), made.fingerprint);
    expect(granted.fingerprint).toBe(made.fingerprint);
    expect(existsSync(join(out('epsilon'), 'site-key.pem'))).toBe(false);
  });

  it('refuses a request whose key is not the one that was compared', async () => {
    const made = await requestCertificate('zeta', join(dir, 'at-zeta'));
    const granted = approveRequest(office, made.request, kit('zeta'), '00'.repeat(32));
    await expect(granted).rejects.toMatchObject({ code: 'trust' });
    expect(existsSync(record('zeta'))).toBe(false);
  });

  it('refuses to let somebody else take over an enrolled name unasked', async () => {
    const made = await requestCertificate('alpha', join(dir, 'at-mallory'));
    await expect(
      approveRequest(office, made.request, kit('alpha', 'mallory')),
    ).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('refuses a request that was tampered with', async () => {
    const made = await requestCertificate('eta', join(dir, 'at-eta'));
    const [first, ...lines] = readFileSync(made.request, 'utf8').split('\n');
    const der = Buffer.from(lines.slice(0, -2).join(''), 'base64');
    der[40]! ^= 1;
    writeFileSync(made.request, [first, der.toString('base64'), lines.at(-2), ''].join('\n'));
    await expect(approveRequest(office, made.request, kit('eta'))).rejects.toMatchObject({
      code: 'format',
    });
  });

  it.each(['../escape', 'UPPER', 'a b', '', 'x'.repeat(64), 'a,CN=b'])(
    'refuses %j as a name',
    async (site) => {
      await expect(addSite(office, kit(site, 'bad'))).rejects.toMatchObject({ code: 'usage' });
      expect(existsSync(out('bad'))).toBe(false);
    },
  );

  it('never overwrites a kit or an enrolment', async () => {
    await expect(addSite(office, kit('alpha', 'again'))).rejects.toMatchObject({ code: 'usage' });
    await expect(addSite(office, kit('theta', 'alpha'))).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(record('theta'))).toBe(false);
  });

  it('says that a kit in the folder counts already, and issues no second certificate', async () => {
    await addSite(office, kit('lambda'));
    await renewSite(office, kit('lambda', 'lambda-2'));
    const before = readFileSync(record('lambda'));
    for (const again of [
      () => renewSite(office, kit('lambda', 'lambda-2')),
      () => addSite(office, kit('lambda')),
    ])
      await expect(again()).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/holds a kit of lambda that is on record/) as string,
      });
    expect(readFileSync(record('lambda')).equals(before)).toBe(true);
  });

  it('removes what a killed command left half-written beside the sites', async () => {
    const left = ['.ca.pem', '.ca.sealed', '.ca-0123456789abcdef.sealed', '.alpha.json'].map(
      (name) => join(sitesDir(provider.keyring), `${name}.0123456789ab.tmp`),
    );
    const remembered = ['keys', 'store'].map((folder) =>
      join(dir, folder, '.enrolled.json.0123456789ab.tmp'),
    );
    const write = (files: string[]): void => files.forEach((file) => writeFileSync(file, 'half'));
    write([...left, ...remembered]);
    await initSites(provider.keyring, now, provider.store);
    expect([...left, ...remembered].filter((file) => existsSync(file))).toEqual([]);
    write(left);
    await addSitesAuthority(office);
    expect(left.filter((file) => existsSync(file))).toEqual([]);
  });

  it('enrols nobody when there is no root to put into the kit', async () => {
    const store = join(dir, 'no-store');
    await expect(addSite({ ...office, store }, kit('kappa'))).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(existsSync(record('kappa'))).toBe(false);
  });

  it('refuses to sign with a wrong passphrase', async () => {
    const sealer = () => Promise.resolve(new Sealer('wrong', 2 ** 14));
    const keyring = new Keyring({ dir: provider.keyring.dir, sealer });
    await expect(addSite({ ...office, keyring }, kit('iota'))).rejects.toMatchObject({
      code: 'trust',
    });
    expect(existsSync(record('iota'))).toBe(false);
  });
});
