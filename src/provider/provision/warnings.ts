import { expiryWarnings } from '../../shared/release/index.js';
import type { SiteStatus } from './status.js';

/** One line for every site whose last certificate expires soon, after which it cannot pull. */
export function siteWarnings(sites: readonly SiteStatus[], now: Date): string[] {
  const last = new Map<string, string>();
  for (const { site, status, notAfter } of sites) {
    if (status !== 'valid' && status !== 'expired') continue;
    const known = last.get(site);
    if (known === undefined || Date.parse(notAfter) > Date.parse(known)) last.set(site, notAfter);
  }
  const expiring = [...last].map(([site, expires]) => ({
    what: `the certificate of ${site}`,
    expires,
    renew: `fedshot provision renew ${site}`,
  }));
  return expiryWarnings(expiring, now);
}
