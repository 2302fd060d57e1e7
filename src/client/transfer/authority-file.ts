import { X509Certificate } from 'node:crypto';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates in a PEM file, of the authorities that a site's own mirrors answer to.
 *
 * @throws FedshotError `not-found`, `io`; `format` for a file that holds none, or something else
 */
export function readAuthorityFile(file: string): string[] {
  const found = readBytes(file).toString('latin1').match(CERTIFICATE) ?? [];
  const hint = 'give a PEM file with the certificate of the authority, not its key';
  if (found.length === 0)
    throw new FedshotError('format', `${file}: no certificate in it`, { hint });
  for (const pem of found)
    try {
      new X509Certificate(pem);
    } catch (cause) {
      throw new FedshotError('format', `${file}: not a certificate`, { hint, cause });
    }
  return found;
}
