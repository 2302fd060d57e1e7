import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { readFingerprint } from '../../shared/release/fields.js';
import { type Keyring, openRoot, Store } from '../../shared/release/index.js';
import { fingerprintOf } from '../authorities.js';
import { firstAuthority, openSitesAuthority, readAuthorities, sitesDir } from './authority.js';
import { createRequest, factsOf, issueSite, readRequest } from './certificates.js';
import { assertFreshFolder, writeKit } from './kit.js';
import { assertSiteName, readSite, readSites, type SiteRecord, writeSite } from './registry.js';

const DAY_MS = 86_400_000;
export const SITE_DAYS = 397;

/** Who enrols. */
export interface Office {
  readonly store: string;
  readonly keyring: Keyring;
  readonly now: Date;
}

export interface KitRequest {
  site: string;
  /** `HOST:PORT` of the provider's server, for the kit's README. */
  address: string;
  /** Folder of the kit; must be empty or absent. */
  out: string;
  days?: number;
}

export interface Enrolled {
  site: string;
  serial: string;
  notAfter: string;
  kit: string;
}

const recordFile = (office: Office, site: string): string =>
  join(sitesDir(office.keyring), `${site}.json`);

function assertNew(office: Office, site: string): void {
  assertSiteName(site);
  if (existsSync(recordFile(office, site)))
    throw new FedshotError('usage', `${site} is enrolled already; nothing was changed`, {
      hint: 'give it another certificate with: fedshot provision renew',
    });
}

/** Signs a request, puts the certificate on record, and only then hands it out. */
async function certify(
  office: Office,
  request: { text: string; key?: string; file: string },
  kit: KitRequest,
  record: SiteRecord,
): Promise<Enrolled> {
  const { keyring, now, store } = office;
  const { site, address, out, days = SITE_DAYS } = kit;
  assertFreshFolder(out);
  const trustFile = new Store(store).trustPath();
  openRoot(readBytes(trustFile), trustFile); // before anything is on record
  const { name, publicKey } = await readRequest(request.text, request.file);
  if (name !== site)
    throw new FedshotError(
      'trust',
      `${request.file}: it asks for ${JSON.stringify(name)}, not ${site}`,
    );
  const authority = await openSitesAuthority(keyring);
  const validity = { now, notAfter: new Date(now.getTime() + days * DAY_MS) };
  const cert = await issueSite(authority, site, publicKey, validity);
  const { serial, sha256, notAfter } = await factsOf(cert);
  const entry = {
    ...{ serial, sha256, created: now.toISOString(), notAfter: notAfter.toISOString() },
    authority: fingerprintOf(authority.cert),
  };
  writeSite(sitesDir(keyring), { ...record, certificates: [...record.certificates, entry] });
  writeKit(out, { site, address, trustFile, cert, key: request.key, notAfter });
  return { site, serial, notAfter: entry.notAfter, kit: out };
}

async function ownRequest(site: string): Promise<{ text: string; key: string; file: string }> {
  const { request, key } = await createRequest(site);
  return { text: request, key, file: site };
}

/**
 * Enrols a site: makes its key and certificate, and a kit to hand over.
 *
 * @throws FedshotError `usage` when it is enrolled already or the folder is not empty
 */
export async function addSite(office: Office, kit: KitRequest): Promise<Enrolled> {
  assertNew(office, kit.site);
  return certify(office, await ownRequest(kit.site), kit, { name: kit.site, certificates: [] });
}

/** What a site keeps and what it sends: its key never leaves it. */
export interface RequestFiles {
  site: string;
  request: string;
  key: string;
  /** SHA-256 of the public key, hex: what both sides compare by telephone. */
  fingerprint: string;
}

/** Run at a site that makes its own key. @throws FedshotError `usage` for files that exist */
export async function requestCertificate(site: string, out: string): Promise<RequestFiles> {
  assertSiteName(site);
  const request = join(out, `${site}.csr`);
  const key = join(out, 'site-key.pem');
  for (const file of [request, key])
    if (existsSync(file))
      throw new FedshotError('usage', `${file} exists; nothing was changed`, {
        hint: 'send the request that is there, or make another in a folder of its own: --out DIR',
      });
  mkdirSync(out, { recursive: true });
  const made = await createRequest(site);
  writeFileAtomic(key, made.key, 0o600);
  writeFileAtomic(request, made.request);
  const { fingerprint } = await readRequest(made.request, request);
  return { site, request, key, fingerprint };
}

/**
 * Grants a site's request. The name and the public key are all that is taken from it.
 *
 * @param fingerprint what the site said its key's fingerprint is
 * @throws FedshotError `format`; `usage` for what is no fingerprint, `trust` when it is another
 */
export async function approveRequest(
  office: Office,
  file: string,
  kit: Omit<KitRequest, 'site'>,
  fingerprint?: string,
): Promise<Enrolled & { fingerprint: string }> {
  const text = readBytes(file).toString();
  const request = await readRequest(text, file);
  const expected = fingerprint === undefined ? undefined : readFingerprint(fingerprint);
  if (expected !== undefined && expected !== request.fingerprint)
    throw new FedshotError('trust', `${file}: its key's fingerprint is ${request.fingerprint}`, {
      hint: 'it was not made by that site; do not approve it',
    });
  const site = request.name;
  assertSiteName(site);
  const enrolled = existsSync(recordFile(office, site));
  const record = enrolled
    ? readSite(sitesDir(office.keyring), site)
    : { name: site, certificates: [] };
  if (enrolled && expected === undefined)
    throw new FedshotError(
      'usage',
      `${site} is enrolled already: this may be somebody else's key`,
      {
        hint: 'compare the key with the site by telephone, then give --fingerprint',
      },
    );
  const result = await certify(office, { text, file }, { ...kit, site }, record);
  return { ...result, fingerprint: request.fingerprint };
}

/**
 * Gives an enrolled site a new key and certificate. The old one is good until it expires or is
 * revoked, so that the site can change over when it likes.
 *
 * @throws FedshotError `not-found` for a site that is not enrolled
 */
export async function renewSite(office: Office, kit: KitRequest): Promise<Enrolled> {
  assertSiteName(kit.site);
  const record = readSite(sitesDir(office.keyring), kit.site);
  return certify(office, await ownRequest(kit.site), kit, record);
}

/**
 * Revokes a site's certificates: all of them, or the one with this serial number.
 *
 * @returns the serial numbers revoked now
 * @throws FedshotError `not-found`
 */
export function revokeSite(
  office: Pick<Office, 'keyring' | 'now'>,
  site: string,
  serial?: string,
): string[] {
  assertSiteName(site);
  const dir = sitesDir(office.keyring);
  const record = readSite(dir, site);
  const hit = record.certificates.filter(
    (entry) => entry.revoked === undefined && (serial === undefined || entry.serial === serial),
  );
  if (serial !== undefined && !record.certificates.some((entry) => entry.serial === serial))
    throw new FedshotError('not-found', `${site} has no certificate ${serial}`);
  const certificates = record.certificates.map((entry) =>
    hit.includes(entry) ? { ...entry, revoked: office.now.toISOString() } : entry,
  );
  writeSite(dir, { ...record, certificates });
  return hit.map((entry) => entry.serial);
}

export interface SiteStatus {
  site: string;
  serial: string;
  notAfter: string;
  /** `cut off`: its authority was removed. */
  status: 'valid' | 'revoked' | 'expired' | 'cut off';
  /** Fingerprint of the authority that signed it; undefined for one that was removed. */
  authority: string | undefined;
}

/** Every certificate of every site. */
export function listSites({ keyring, now }: Pick<Office, 'keyring' | 'now'>): SiteStatus[] {
  const dir = sitesDir(keyring);
  if (!existsSync(dir)) return [];
  const [first, accepted] = [firstAuthority(dir), readAuthorities(dir).map(fingerprintOf)];
  return readSites(dir).flatMap(({ name, certificates }) =>
    certificates.map(({ serial, notAfter, revoked, authority: by = first }): SiteStatus => {
      const authority = by !== undefined && accepted.includes(by) ? by : undefined;
      const expired = new Date(notAfter) <= now;
      const left = expired ? 'expired' : authority === undefined ? 'cut off' : 'valid';
      const status = revoked === undefined ? left : 'revoked';
      return { site: name, serial, notAfter, status, authority };
    }),
  );
}
