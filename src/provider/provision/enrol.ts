import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { readFingerprint } from '../../shared/release/fields.js';
import { sitesDir } from './authority.js';
import { createRequest, readRequest } from './certificates.js';
import { certify, type Applicant, type Enrolled, type KitRequest, type Office } from './certify.js';
import { assertSiteName, notEnrolled, readSites, type SiteRecord } from './registry.js';

async function ownRequest(site: string): Promise<Applicant> {
  const { request, key } = await createRequest(site);
  return { text: request, key, file: site };
}

/**
 * Enrols a site: makes its key and certificate, and a kit to hand over.
 *
 * @throws FedshotError `usage` when it is enrolled already or the folder is not empty
 */
export async function addSite(office: Office, kit: KitRequest): Promise<Enrolled> {
  const { site } = kit;
  assertSiteName(site);
  return certify(office, kit, await ownRequest(site), (found) => {
    if (found)
      throw new FedshotError('usage', `${site} is enrolled already; nothing was changed`, {
        hint: 'give it another certificate with: fedshot provision renew',
      });
    return { name: site, certificates: [] };
  });
}

export interface Approved extends Enrolled {
  fingerprint: string;
  /** Revoked certificates of the site whose keys are not on record: 0.1 did not note them. */
  revokedWithoutKey: number;
}

/**
 * Grants a site's request. The name and the public key are all that is taken from it.
 *
 * @param fingerprint what the site said its key's fingerprint is
 * @throws FedshotError `format`; `usage` for what is no fingerprint; `trust` when it is another, or the
 *   key was revoked or is another site's
 */
export async function approveRequest(
  office: Office,
  file: string,
  kit: Omit<KitRequest, 'site'>,
  fingerprint?: string,
): Promise<Approved> {
  const text = readBytes(file).toString();
  const request = await readRequest(text, file);
  const expected = fingerprint === undefined ? undefined : readFingerprint(fingerprint);
  if (expected !== undefined && expected !== request.fingerprint)
    throw new FedshotError('trust', `${file}: its key's fingerprint is ${request.fingerprint}`, {
      hint: 'it was not made by that site; do not approve it',
    });
  const site = request.name;
  assertSiteName(site);
  let revokedWithoutKey = 0;
  const dir = sitesDir(office.keyring);
  const result = await certify(office, { ...kit, site }, { text, file }, (found, key) => {
    if (found && expected === undefined)
      throw new FedshotError(
        'usage',
        `${site} is enrolled already: this may be somebody else's key`,
        {
          hint: 'compare the key with the site by telephone, then give --fingerprint',
        },
      );
    assertKeyIsFree(dir, site, key, file);
    const record = found ?? { name: site, certificates: [] };
    revokedWithoutKey = record.certificates.filter((one) => one.revoked && !one.key).length;
    return record;
  });
  return { ...result, fingerprint: request.fingerprint, revokedWithoutKey };
}

/** A key that was revoked, whoever had it, or that another site uses, is certified no more. */
function assertKeyIsFree(dir: string, site: string, key: string, file: string): void {
  for (const { name, certificates } of readSites(dir))
    for (const entry of certificates.filter((one) => one.key?.sha256 === key)) {
      if (entry.revoked !== undefined)
        throw new FedshotError(
          'trust',
          `${file}: this key was revoked for ${name} on ${entry.revoked.slice(0, 10)}; nothing was issued`,
          { hint: 'ask the site for a request with a new key: fedshot provision request' },
        );
      if (name !== site)
        throw new FedshotError('trust', `${file}: this key is ${name}'s; nothing was issued`, {
          hint: 'each site has a key of its own: ask for a request with a new one',
        });
    }
}

/**
 * Gives an enrolled site a new key and certificate. The old one is good until it expires or is
 * revoked, so that the site can change over when it likes.
 *
 * @throws FedshotError `not-found` for a site that is not enrolled, `usage` for one that keeps its own
 *   key
 */
export async function renewSite(office: Office, kit: KitRequest): Promise<Enrolled> {
  const { site } = kit;
  assertSiteName(site);
  return certify(office, kit, await ownRequest(site), (found) => {
    if (!found) throw notEnrolled(site);
    assertKeyIsOurs(found);
    return found;
  });
}

function assertKeyIsOurs({ name, certificates }: SiteRecord): void {
  if (certificates.at(-1)?.key?.madeBy !== 'site') return;
  throw new FedshotError('usage', `${name} keeps its own key; nothing was changed`, {
    hint: `ask it for a request (fedshot provision request ${name} --out DIR), then: fedshot provision approve REQUEST --fingerprint HEX`,
  });
}
