import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { parsePayload } from '../../shared/release/fields.js';
import { type Keyring, Sealed } from '../../shared/release/index.js';
import { createAuthority, type Identity } from './certificates.js';

/** Where a provider keeps its enrolled sites: one public file each, and the CA that vouches for them. */
export const sitesDir = (keyring: Keyring): string => join(keyring.dir, 'sites');
const certFile = (dir: string): string => join(dir, 'ca.pem');
const keyFile = (dir: string): string => join(dir, 'ca.sealed');

const SealedKey = z.strictObject({ format: z.literal('fedshot-tls-key/1'), secret: Sealed });

/**
 * Makes the CA that vouches for sites; from then on the server asks every client for a certificate.
 * One that is there stays as it is.
 *
 * @returns whether it was made now
 */
export async function initSites(keyring: Keyring, now: Date): Promise<boolean> {
  const dir = sitesDir(keyring);
  if (existsSync(certFile(dir))) return false;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = await createAuthority('fedshot sites', now);
  const secret = (await keyring.sealer()).seal(Buffer.from(authority.key));
  const content: z.infer<typeof SealedKey> = { format: 'fedshot-tls-key/1', secret };
  writeFileAtomic(keyFile(dir), `${JSON.stringify(content, null, 2)}\n`, 0o600);
  // Last: its presence is what makes the server ask.
  writeFileAtomic(certFile(dir), authority.cert);
  return true;
}

/** The CA with its key opened. @throws FedshotError `not-found`; `trust` for a wrong passphrase */
export async function openSitesAuthority(keyring: Keyring): Promise<Identity> {
  const dir = sitesDir(keyring);
  if (!existsSync(certFile(dir)))
    throw new FedshotError('not-found', `${dir} has no certificate authority for sites yet`, {
      hint: 'make it with: fedshot provision init',
    });
  const file = keyFile(dir);
  const { secret } = parsePayload(SealedKey, readBytes(file), file);
  const key = Buffer.from((await keyring.sealer()).open(secret, file)).toString();
  return { cert: readBytes(certFile(dir)).toString(), key };
}
