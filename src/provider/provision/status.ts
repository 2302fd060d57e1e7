import { existsSync } from 'node:fs';
import { FedshotError } from '../../shared/errors.js';
import { fingerprintOf } from '../authorities.js';
import { firstAuthority, readAuthorities, sitesDir } from './authority.js';
import type { Office } from './certify.js';
import { changeRegistry } from './registry-lock.js';
import { assertSiteName, readSite, readSites, writeSite } from './registry.js';

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
  readSite(dir, site); // before a lock is made in a folder that may not be there
  return changeRegistry(dir, () => {
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
  });
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
