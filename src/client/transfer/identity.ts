import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';

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
 * @throws FedshotError `not-found` when neither kit nor home has a key
 */
export function installIdentity(home: string, kit: string): void {
  const dir = identityDir(home);
  const cert = readBytes(join(kit, CERT_FILE));
  if (existsSync(join(kit, KEY_FILE)))
    writeFileAtomic(join(dir, KEY_FILE), readBytes(join(kit, KEY_FILE)), 0o600);
  else if (!existsSync(join(dir, KEY_FILE)))
    throw new FedshotError('not-found', `${kit} has no ${KEY_FILE}, and neither has ${dir}`, {
      hint: `put the key that "fedshot provision request" made there as ${KEY_FILE}`,
    });
  writeFileAtomic(join(dir, CERT_FILE), cert);
}
