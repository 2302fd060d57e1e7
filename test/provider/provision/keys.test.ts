import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSite,
  approveRequest,
  initSites,
  listSites,
  renewSite,
  requestCertificate,
  revokeSite,
  sitesDir,
  type Office,
} from '../../../src/provider/provision/index.js';
import { readSite, writeSite } from '../../../src/provider/provision/registry.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

describe('whose key it is', () => {
  const dir = fileDir();
  let provider: TestProvider;
  let office: Office;
  const out = (name: string): string => join(dir, 'kits', name);
  const kit = (site: string, folder = site) => ({
    site,
    address: 'localhost:7443',
    out: out(folder),
  });
  const sites = (): string => sitesDir(provider.keyring);
  const validOf = (name: string): number =>
    listSites(office).filter(({ site, status }) => site === name && status === 'valid').length;

  beforeAll(async () => {
    provider = await makeProvider(dir);
    office = { store: provider.store, keyring: provider.keyring, now: new Date() };
    await initSites(provider.keyring, office.now);
  });

  it('renew: makes no key for a site that keeps its own, and says how to go on', async () => {
    const made = await requestCertificate('own', join(dir, 'at-own'));
    await approveRequest(office, made.request, kit('own'), made.fingerprint);
    await expect(renewSite(office, kit('own', 'own-2'))).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('provision request own') as string,
    });
    expect(existsSync(out('own-2'))).toBe(false);
    expect(validOf('own')).toBe(1);
    const next = await requestCertificate('own', join(dir, 'at-own-2'));
    await approveRequest(office, next.request, kit('own', 'own-3'), next.fingerprint);
    expect(validOf('own')).toBe(2);
  });

  it('request: killed after it was committed, it is ended by running it again, and never made anew after', async () => {
    const at = join(dir, 'at-cut');
    const made = await requestCertificate('cut', at);
    const key = readFileSync(made.key, 'utf8');
    mkdirSync(join(at, '.next'));
    for (const file of ['cut.csr', 'site-key.pem'])
      renameSync(join(at, file), join(at, '.next', file));
    await expect(requestCertificate('cut', at)).resolves.toEqual(made);
    expect(readFileSync(made.key, 'utf8')).toBe(key);
    await expect(requestCertificate('cut', at)).rejects.toMatchObject({ code: 'usage' });
  });

  it('renew: gives a site whose key the provider made a new one', async () => {
    await addSite(office, kit('given'));
    await renewSite(office, kit('given', 'given-2'));
    expect(validOf('given')).toBe(2);
  });

  it('approve: refuses a revoked key by the name of its site, also under another name', async () => {
    const made = await requestCertificate('lost', join(dir, 'at-lost'));
    await approveRequest(office, made.request, kit('lost'), made.fingerprint);
    revokeSite(office, 'lost');
    await expect(
      approveRequest(office, made.request, kit('lost', 'lost-2'), made.fingerprint),
    ).rejects.toMatchObject({
      code: 'trust',
      message: expect.stringMatching(/revoked for lost on/) as string,
    });
    expect(existsSync(out('lost-2'))).toBe(false);
    expect(validOf('lost')).toBe(0);
    const fresh = await requestCertificate('lost', join(dir, 'at-lost-2'));
    await approveRequest(office, fresh.request, kit('lost', 'lost-3'), fresh.fingerprint);
    expect(validOf('lost')).toBe(1);
  });

  it('approve: refuses the key of another site, by its name', async () => {
    const made = await requestCertificate('first', join(dir, 'at-first'));
    await approveRequest(office, made.request, kit('first'), made.fingerprint);
    const record = readSite(sites(), 'first');
    writeSite(sites(), { ...record, name: 'owner' });
    rmSync(join(sites(), 'first.json'));
    const again = approveRequest(office, made.request, kit('first', 'first-2'), made.fingerprint);
    await expect(again).rejects.toThrow("this key is owner's");
  });

  it('a record of 0.1 names no keys: it is renewed, and what cannot be compared is counted', async () => {
    await addSite(office, kit('old'));
    const { key: _, ...entry } = readSite(sites(), 'old').certificates[0]!;
    writeSite(sites(), { name: 'old', certificates: [entry] });
    await renewSite(office, kit('old', 'old-2'));
    expect(validOf('old')).toBe(2);
    writeSite(sites(), { name: 'old', certificates: [{ ...entry, revoked: entry.created }] });
    const made = await requestCertificate('old', join(dir, 'at-old'));
    const granted = await approveRequest(
      office,
      made.request,
      kit('old', 'old-3'),
      made.fingerprint,
    );
    expect(granted.revokedWithoutKey).toBe(1);
  });

  describe('a run that was killed after its kit and before the record', () => {
    const drop = (site: string): void => rmSync(join(sites(), `${site}.json`));
    const serial = (folder: string): string =>
      new X509Certificate(readFileSync(join(out(folder), 'site.pem'))).serialNumber.toLowerCase();

    it('is completed by the same command: one certificate, that of the kit', async () => {
      await addSite(office, kit('killed'));
      drop('killed');
      const { serial: recorded } = await addSite(office, kit('killed'));
      expect(recorded.toLowerCase()).toBe(serial('killed'));
      expect(readSite(sites(), 'killed').certificates).toHaveLength(1);
    });

    it('refuses a kit that is of another site, or was not signed here', async () => {
      await addSite(office, kit('theirs'));
      await expect(addSite(office, kit('mine', 'theirs'))).rejects.toMatchObject({ code: 'usage' });
      const other = await makeProvider(join(dir, 'other'));
      await initSites(other.keyring, office.now);
      const elsewhere = { ...office, store: other.store, keyring: other.keyring };
      await addSite(elsewhere, kit('forged'));
      await expect(addSite(office, kit('forged'))).rejects.toMatchObject({ code: 'usage' });
      expect(existsSync(join(sites(), 'forged.json'))).toBe(false);
    });

    it('refuses a kit whose certificate was revoked', async () => {
      await addSite(office, kit('gone'));
      revokeSite(office, 'gone');
      await expect(renewSite(office, kit('gone'))).rejects.toMatchObject({ code: 'usage' });
      expect(validOf('gone')).toBe(0);
    });

    it('a kit that is not whole is removed, its key with it', async () => {
      const left = join(dir, 'kits', '.half.0123456789ab.tmp');
      await addSite(office, kit('half-before'));
      writeFileSync(left, 'a key');
      await addSite(office, kit('half'));
      expect(existsSync(left)).toBe(false);
    });
  });

  it('request: one that was killed while it wrote is completed by the next, not overwritten', async () => {
    const at = join(dir, 'at-killed');
    const made = await requestCertificate('killed', at);
    const key = readFileSync(made.key, 'utf8');
    await expect(requestCertificate('killed', at)).rejects.toMatchObject({ code: 'usage' });
    expect(readFileSync(made.key, 'utf8')).toBe(key);
  });
});
