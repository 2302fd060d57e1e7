/** How the keys of certificate authorities are kept and how they are named: those for servers and for sites. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { FedshotError } from '../shared/errors.js';
import { readBytes, writeFileAtomic } from '../shared/files.js';
import { parsePayload } from '../shared/release/fields.js';
import { type Keyring, Sealed } from '../shared/release/index.js';

/** Authorities that a root may name at once. */
export const MAX_AUTHORITIES = 4;

const SealedKey = z.strictObject({ format: z.literal('fedshot-tls-key/1'), secret: Sealed });

/** Writes a private key (PEM), encrypted with the keyring's passphrase. */
export async function sealKey(keyring: Keyring, file: string, key: string): Promise<void> {
  const secret = (await keyring.sealer()).seal(Buffer.from(key));
  const content: z.infer<typeof SealedKey> = { format: 'fedshot-tls-key/1', secret };
  writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`, 0o600);
}

/**
 * The private key (PEM) of a certificate.
 *
 * @param hint what to do when it is the key of another
 * @throws FedshotError `not-found`, `format`; `trust` for a wrong passphrase or the key of another
 */
export async function openKey(
  keyring: Keyring,
  file: string,
  cert: string,
  hint: string,
): Promise<string> {
  const { secret } = parsePayload(SealedKey, readBytes(file), file);
  const key = Buffer.from((await keyring.sealer()).open(secret, file)).toString();
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new FedshotError('trust', `${file} is not the key of its certificate`, { hint });
  return key;
}

/** SHA-256 of a certificate (DER), hex: what an authority is known by. */
export const fingerprintOf = (cert: string): string =>
  new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();

/** When a certificate expires, ISO 8601. */
export const expiryOf = (cert: string): string =>
  new Date(new X509Certificate(cert).validTo).toISOString();

/**
 * The one of some authorities whose fingerprint begins so.
 *
 * @param where what has them, for the message
 * @param show the command that lists them
 * @throws FedshotError `not-found`
 */
export function findAuthority(
  known: readonly string[],
  prefix: string,
  where: string,
  show: string,
): string {
  const wanted = prefix.replace(/[\s:]/g, '').toLowerCase();
  const found = known.filter((fingerprint) => fingerprint.startsWith(wanted));
  const [authority, ...others] = found;
  if (authority && others.length === 0 && wanted.length >= 8) return authority;
  throw new FedshotError('not-found', `no authority ${JSON.stringify(prefix)} in ${where}`, {
    hint: `give at least 8 digits of its fingerprint; ${show} lists them`,
  });
}
