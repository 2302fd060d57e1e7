import { createHash, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readBytes } from '../../shared/files.js';
import { files } from '../folders.js';

/** Certificates that are public anyway: known bytes of a handshake. */
export interface KnownCertificates {
  /** Lengths in DER of each chain that the provider's servers have shown. */
  readonly server: readonly (readonly number[])[];
  /** Length in DER by SHA-256 (hex), of the sites'. */
  readonly sites: ReadonlyMap<string, number>;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const MOST_PEM_BYTES = 65_536;

/** The certificates of a file; none for what cannot be read: that is found where the folder is looked at. */
function chainOf(file: string): Buffer[] {
  try {
    const text = readBytes(file, MOST_PEM_BYTES).toString();
    return (text.match(PEM) ?? []).map((pem) => new X509Certificate(pem).raw);
  } catch {
    return [];
  }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const pemFiles = (dir: string | undefined): string[] =>
  dir !== undefined && isFolder(dir)
    ? files(dir).filter((path) => path.endsWith('.pem') && !basename(path).includes('key'))
    : [];

/**
 * @param log the log's folder, where servers leave the certificates that they show
 * @param sites a folder with the certificates of sites
 */
export function knownCertificates(log: string, sites: string | undefined): KnownCertificates {
  const chains = pemFiles(sites).flatMap(chainOf);
  return {
    server: pemFiles(join(log, 'certificates'))
      .map((file) => chainOf(file).map(({ length }) => length))
      .filter((chain) => chain.length > 0),
    sites: new Map(
      chains.map((der) => [createHash('sha256').update(der).digest('hex'), der.length]),
    ),
  };
}
