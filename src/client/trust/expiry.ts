import { X509Certificate } from 'node:crypto';
import { type Expiring, expiryWarnings, type Root } from '../../shared/release/index.js';
import { readIdentity } from '../transfer/index.js';

/**
 * What a site is told when something of its trust has expired or soon will: the provider's root, and
 * the site's own certificate.
 *
 * @param also releases that were pulled
 */
export function trustWarnings(
  home: string,
  root: Pick<Root, 'version' | 'document'>,
  now: Date,
  also: readonly { name: string; version: number; expires: string }[] = [],
): string[] {
  const identity = readIdentity(home);
  const all: Expiring[] = [
    {
      what: `the provider’s root ${root.version}`,
      expires: root.document.expires,
      renew: 'ask the provider to renew it (fedshot keys renew); this site follows by itself',
    },
    ...also.map(({ name, version, expires }) => ({
      what: `${name} ${version}`,
      expires,
      renew: 'ask the provider to publish it again (fedshot provider publish)',
    })),
  ];
  if (identity)
    all.push({
      what: 'this site’s certificate',
      expires: new Date(new X509Certificate(identity.cert).validTo).toISOString(),
      renew: 'ask the provider for a new kit (fedshot provision renew)',
    });
  return expiryWarnings(all, now);
}
