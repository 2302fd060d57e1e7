import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../shared/files.js';

/** Certificates that are public anyway: known bytes of a handshake. */
export interface KnownCertificates {
  /** Lengths in DER of each chain that the provider's servers have shown. */
  readonly server: readonly (readonly number[])[];
  /** Length in DER by SHA-256 (hex), of the sites'. */
  readonly sites: ReadonlyMap<string, number>;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const chainOf = (file: string): Buffer[] =>
  (readBytes(file).toString().match(PEM) ?? []).map((pem) => new X509Certificate(pem).raw);

const pemFiles = (dir: string | undefined): string[] =>
  dir !== undefined && existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.pem') && !name.includes('key'))
        .map((name) => join(dir, name))
    : [];

/**
 * @param log the log's folder, where servers leave the certificates that they show
 * @param sites a folder with the certificates of sites
 */
export function knownCertificates(log: string, sites: string | undefined): KnownCertificates {
  const chains = pemFiles(sites).flatMap(chainOf);
  return {
    server: pemFiles(join(log, 'certificates')).map((file) =>
      chainOf(file).map(({ length }) => length),
    ),
    sites: new Map(
      chains.map((der) => [createHash('sha256').update(der).digest('hex'), der.length]),
    ),
  };
}
