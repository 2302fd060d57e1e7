import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { makeFolder, readBytes, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import { present } from '../../shared/present.js';
import { rememberEnrolled } from '../../shared/release/enrolled.js';
import type { Keyring } from '../../shared/release/index.js';
import { fingerprintOf, openKey, sealKey } from '../authorities.js';
import { createAuthority, type Identity } from './certificates.js';
import { changeAuthorities } from './registry-lock.js';

/** Where a provider keeps its enrolled sites: one public file each, and the CAs that vouch for them. */
export const sitesDir = (keyring: Keyring): string => join(keyring.dir, 'sites');

/** The authorities whose certificates are accepted, PEM, one after the other; the first issues. */
export const authoritiesFile = (dir: string): string => join(dir, 'ca.pem');

/** The first authority that there was. */
const FIRST_KEY = 'ca.sealed';
const laterKey = (fingerprint: string): string => `ca-${fingerprint.slice(0, 16)}.sealed`;

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;

/**
 * The authorities whose certificates are accepted, PEM; the first issues. Empty where nobody is asked.
 *
 * @param dir folder of enrolled sites
 * @throws FedshotError `format` for a file with no certificate in it, `io` for one that cannot be read
 */
export function readAuthorities(dir: string): string[] {
  const file = authoritiesFile(dir);
  const found = pemOf(file)?.match(PEM);
  if (found === undefined) return [];
  if (found === null) throw new FedshotError('format', `${file}: no certificate in PEM`);
  return [...found];
}

/** Undefined only where there is no such file: one that cannot be read must not pass for that. */
function pemOf(file: string): string | undefined {
  try {
    return readBytes(file).toString();
  } catch (error) {
    if (error instanceof FedshotError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Writes them all at once: which are accepted and which one issues never disagree. */
export function writeAuthorities(dir: string, authorities: readonly string[]): void {
  const lines = authorities.map((cert) => (cert.endsWith('\n') ? cert : `${cert}\n`));
  writeFileAtomic(authoritiesFile(dir), lines.join(''));
}

const keyFile = (dir: string, fingerprint: string): string => {
  const later = join(dir, laterKey(fingerprint));
  return existsSync(later) ? later : join(dir, FIRST_KEY);
};

/**
 * Which authority signed the certificates that do not say it: the one that was there before there could
 * be two. Undefined once it has been removed.
 */
export const firstAuthority = (dir: string): string | undefined =>
  readAuthorities(dir)
    .map(fingerprintOf)
    .find((fingerprint) => !existsSync(join(dir, laterKey(fingerprint))));

/**
 * Makes the CA that vouches for sites; from then on the server asks every client for a certificate.
 * One that is there stays as it is.
 *
 * @param store folder of the store, which remembers it as well
 * @returns whether it was made now
 */
export async function initSites(keyring: Keyring, now: Date, store?: string): Promise<boolean> {
  const dir = sitesDir(keyring);
  makeFolder(dir, 0o700);
  return changeAuthorities(dir, async () => {
    const created = await makeFirstAuthority(keyring, dir, now);
    for (const folder of store === undefined ? [keyring.dir] : [keyring.dir, store]) {
      sweepTemporary(folder, /^enrolled\.json$/);
      rememberEnrolled(folder);
    }
    return created;
  });
}

async function makeFirstAuthority(keyring: Keyring, dir: string, now: Date): Promise<boolean> {
  if (existsSync(authoritiesFile(dir))) return false;
  const authority = await createAuthority('fedshot sites', now);
  await sealKey(keyring, join(dir, FIRST_KEY), authority.key);
  // Last: its presence is what makes the server ask.
  writeAuthorities(dir, [authority.cert]);
  return true;
}

/**
 * Makes one more and keeps its key; nothing accepts it yet. Call it under the registry's lock.
 *
 * @returns its certificate, PEM
 */
export async function makeNextAuthority(keyring: Keyring, now: Date): Promise<string> {
  const { cert, key } = await createAuthority('fedshot sites', now);
  await sealKey(keyring, join(sitesDir(keyring), laterKey(fingerprintOf(cert))), key);
  return cert;
}

/** @throws FedshotError `not-found` before there is any */
export function assertAuthorities(dir: string): string[] {
  const authorities = readAuthorities(dir);
  if (authorities.length === 0)
    throw new FedshotError('not-found', `${dir} has no certificate authority for sites yet`, {
      hint: 'make it with: fedshot provision init',
    });
  return authorities;
}

/**
 * The CA that issues, with its key opened.
 *
 * @throws FedshotError `not-found`; `trust` for a wrong passphrase
 */
export async function openSitesAuthority(keyring: Keyring): Promise<Identity> {
  const dir = sitesDir(keyring);
  const cert = present(assertAuthorities(dir)[0], 'the authority that issues');
  const hint = 'restore it from a copy, or make another authority: fedshot provision ca add';
  return { cert, key: await openKey(keyring, keyFile(dir, fingerprintOf(cert)), cert, hint) };
}
