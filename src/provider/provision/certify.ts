import { X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { type Keyring, openRoot, Store } from '../../shared/release/index.js';
import { fingerprintOf } from '../authorities.js';
import { openSitesAuthority, readAuthorities, sitesDir } from './authority.js';
import { factsOf, issueSite, readRequest, type CertificateFacts } from './certificates.js';
import { assertFreshFolder, leftKit, writeKit } from './kit.js';
import { changeRegistry } from './registry-lock.js';
import { findSite, writeSite, type SiteCertificate, type SiteRecord } from './registry.js';

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

/** A request for a certificate, with its key where the provider made it. */
export interface Applicant {
  text: string;
  /** PEM. */
  key?: string;
  file: string;
}

/**
 * The record that a certificate is to be added to. Called before anything is signed, and again under
 * the registry's lock with what is on record then.
 *
 * @throws FedshotError where the site may have none
 */
export type Admit = (found: SiteRecord | undefined, key: string) => SiteRecord;

/**
 * Signs a request and hands it out as a kit. The certificate counts from when it is on record, and that
 * is last: a kit whose run was killed before is put on record by the next run with the same folder.
 *
 * @throws FedshotError `trust` for another name than the request's, or a site that was revoked while
 *   this ran; `usage`, `not-found`, `format`, `io`
 */
export async function certify(
  office: Office,
  kit: KitRequest,
  applicant: Applicant,
  admit: Admit,
): Promise<Enrolled> {
  const { keyring, now, store } = office;
  const { site, address, out, days = SITE_DAYS } = kit;
  const dir = sitesDir(keyring);
  const trustFile = new Store(store).trustPath();
  openRoot(readBytes(trustFile), trustFile); // before anything is on record
  const request = await readRequest(applicant.text, applicant.file);
  if (request.name !== site)
    throw new FedshotError(
      'trust',
      `${applicant.file}: it asks for ${JSON.stringify(request.name)}, not ${site}`,
    );
  const made = applicant.key === undefined ? request.fingerprint : undefined;
  const left = leftKit(out, site, made);
  const found = left && issuerOf(dir, left.cert) && (await factsOf(left.pem));
  if (found && isOnRecord(dir, site, found))
    throw new FedshotError(
      'usage',
      `${out} holds a kit of ${site} that is on record; nothing was changed`,
      {
        hint: 'hand that kit over; for one more choose another folder with --out',
      },
    );
  const before = admit(findSite(dir, site), request.fingerprint);
  if (left && found && found.notAfter > now)
    return changeRegistry(dir, () => {
      const record = readmit(findSite(dir, site), before, left.key, admit);
      const issuer = assertIssuer(issuerOf(dir, left.cert));
      return put(dir, record, entryOf(found, now, issuer, left.key, applicant), out);
    });
  assertFreshFolder(out);
  const authority = await openSitesAuthority(keyring);
  const validity = { now, notAfter: new Date(now.getTime() + days * DAY_MS) };
  const cert = await issueSite(authority, site, request.publicKey, validity);
  const facts = await factsOf(cert);
  const issuer = fingerprintOf(authority.cert);
  const entry = entryOf(facts, now, issuer, request.fingerprint, applicant);
  return changeRegistry(dir, () => {
    const record = readmit(findSite(dir, site), before, request.fingerprint, admit);
    assertIssuer(issuerOf(dir, new X509Certificate(cert)));
    const { notAfter } = facts;
    writeKit(out, { site, address, trustFile, cert, key: applicant.key, notAfter });
    try {
      return put(dir, record, entry, out);
    } catch (error) {
      // The disk may have failed after the record was in place: a certificate that counts needs its kit.
      if (!isOnRecord(dir, site, facts)) rmSync(out, { recursive: true, force: true });
      throw error;
    }
  });
}

const isOnRecord = (dir: string, site: string, { sha256 }: CertificateFacts): boolean =>
  findSite(dir, site)?.certificates.some((entry) => entry.sha256 === sha256) ?? false;

/** Fingerprint of the accepted authority that signed a certificate, if it is one of them. */
function issuerOf(dir: string, cert: X509Certificate): string | undefined {
  const issuer = readAuthorities(dir).find((pem) =>
    cert.verify(new X509Certificate(pem).publicKey),
  );
  return issuer && fingerprintOf(issuer);
}

function assertIssuer(issuer: string | undefined): string {
  if (issuer !== undefined) return issuer;
  throw new FedshotError('trust', 'the authority that issues was removed while this ran', {
    hint: 'run it again',
  });
}

/** As `admit`, and nobody has revoked the site since this command began. */
function readmit(
  found: SiteRecord | undefined,
  before: SiteRecord,
  key: string,
  admit: Admit,
): SiteRecord {
  const record = admit(found, key);
  const valid = new Set(
    before.certificates.filter(({ revoked }) => revoked === undefined).map(({ serial }) => serial),
  );
  if (record.certificates.some((entry) => entry.revoked !== undefined && valid.has(entry.serial)))
    throw new FedshotError(
      'trust',
      `${record.name} was revoked while this ran; nothing was issued`,
      {
        hint: 'run it again if the site is to pull all the same',
      },
    );
  return record;
}

function entryOf(
  { serial, sha256, notAfter }: CertificateFacts,
  now: Date,
  authority: string,
  key: string,
  applicant: Applicant,
): SiteCertificate {
  return {
    serial,
    sha256,
    created: now.toISOString(),
    notAfter: notAfter.toISOString(),
    authority,
    key: { sha256: key, madeBy: applicant.key === undefined ? 'site' : 'provider' },
  };
}

function put(dir: string, record: SiteRecord, entry: SiteCertificate, kit: string): Enrolled {
  writeSite(dir, { ...record, certificates: [...record.certificates, entry] });
  return { site: record.name, serial: entry.serial, notAfter: entry.notAfter, kit };
}
