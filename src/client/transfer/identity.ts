import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import { withTrustLock } from '../trust/trust-file.js';

/** A site's own certificate and key, PEM: what it shows a server that asks who it is. */
export interface SiteIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Names of the files, in a start-up kit and in a site's home alike. */
export const CERT_FILE = 'site.pem';
export const KEY_FILE = 'site-key.pem';

const identityDir = (home: string): string => join(home, 'identity');

function read(dir: string): SiteIdentity {
  const [cert, key] = [CERT_FILE, KEY_FILE].map((name) => readBytes(join(dir, name)).toString());
  return { cert: cert!, key: key! };
}

/** The identity that this site was given, or undefined for a site that has none. */
export function readIdentity(home: string): SiteIdentity | undefined {
  const dir = identityDir(home);
  return existsSync(join(dir, CERT_FILE)) ? read(dir) : undefined;
}

/**
 * Keeps certificate and key of a start-up kit in a site's home. The key may have been here before:
 * a site that made its own request gets a kit without one.
 *
 * @throws FedshotError `not-found` when neither kit nor home has a key; `format`, `trust` for a
 *   certificate that is none, or is for another key
 */
export function installIdentity(home: string, kit: string): void {
  const dir = identityDir(home);
  const cert = readBytes(join(kit, CERT_FILE));
  const given = existsSync(join(kit, KEY_FILE));
  if (!given && !existsSync(join(dir, KEY_FILE)))
    throw new FedshotError('not-found', `${kit} has no ${KEY_FILE}, and neither has ${dir}`, {
      hint: `put the key that "fedshot provision request" made there as ${KEY_FILE}`,
    });
  const key = readBytes(join(given ? kit : dir, KEY_FILE));
  assertPair(join(kit, CERT_FILE), cert, key);
  withTrustLock(home, () => {
    sweepTemporary(dir, /^site(?:-key)?\.pem$/);
    if (given) writeFileAtomic(join(dir, KEY_FILE), key, 0o600);
    writeFileAtomic(join(dir, CERT_FILE), cert);
  });
}

function assertPair(file: string, cert: Buffer, key: Buffer): void {
  let fits: boolean;
  try {
    fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new FedshotError('format', `${file}: it or its key is not in PEM`, { hint: KIT, cause });
  }
  if (!fits) throw new FedshotError('trust', `${file} is for another key`, { hint: KIT });
}

const KIT = 'nothing was changed; ask the provider for another kit';

/**
 * What failed, and whether it was this site's own certificate: a server that turns it away closes the
 * connection, and does not say why.
 */
export function blameCertificate(
  error: FedshotError,
  identity: SiteIdentity | undefined,
  now = new Date(),
): FedshotError {
  if (!identity || (error.code !== 'network' && error.code !== 'denied')) return error;
  const expires = new Date(new X509Certificate(identity.cert).validTo);
  if (expires > now) return error;
  const day = expires.toISOString().slice(0, 10);
  return new FedshotError('denied', `${error.message}: this site's certificate expired on ${day}`, {
    hint: 'get a new kit from the provider, then: fedshot client init --trust KIT/trust.json --kit KIT --home HOME',
    cause: error,
  });
}
