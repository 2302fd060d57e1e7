import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import {
  fsyncDir,
  makeFolder,
  readBytes,
  sweepTemporary,
  writeFileAtomic,
} from '../../shared/files.js';
import { withLock } from '../../shared/lock.js';
import type { Keyring } from '../../shared/release/index.js';
import { fingerprintOf, openKey, sealKey } from '../authorities.js';
import { type Identity, issueServer } from '../provision/certificates.js';

const DAY_MS = 86_400_000;
const SERVER_DAYS = 397;

/** Where a provider's certificates and their sealed keys lie, in its folder of keys. */
export const tlsDir = (keyring: Keyring): string => join(keyring.dir, 'tls');
const certFile = (keyring: Keyring, name: TlsName): string => join(tlsDir(keyring), `${name}.pem`);
const keyFile = (keyring: Keyring, name: TlsName): string =>
  join(tlsDir(keyring), `${name}-key.json`);

/** A key whose certificate may not be in place yet. */
const nextKeyFile = (keyring: Keyring, name: TlsName): string =>
  join(tlsDir(keyring), `${name}-next-key.json`);

/** The first authority is `ca`; each later one bears the beginning of its fingerprint. */
type TlsName = 'ca' | `ca-${string}` | 'server';
const AUTHORITY_FILE = /^(ca(?:-[0-9a-f]{16})?)\.pem$/;

/** Keeps the first authority of the provider's servers, its key sealed. */
export function sealAuthority(keyring: Keyring, authority: Identity): Promise<void> {
  return sealIdentity(keyring, 'ca', authority);
}

/** Keeps one more authority. */
export function sealNextAuthority(keyring: Keyring, authority: Identity): Promise<void> {
  return sealIdentity(keyring, `ca-${fingerprintOf(authority.cert).slice(0, 16)}`, authority);
}

/** The authorities whose keys are here, by fingerprint. */
function authoritiesHere(keyring: Keyring): Map<string, { name: TlsName; cert: string }> {
  const dir = tlsDir(keyring);
  const names = existsSync(dir)
    ? readdirSync(dir).flatMap((file) => AUTHORITY_FILE.exec(file)?.[1] ?? [])
    : [];
  return new Map(
    names.map((name) => {
      const cert = readBytes(certFile(keyring, name as TlsName)).toString();
      return [fingerprintOf(cert), { name: name as TlsName, cert }];
    }),
  );
}

/** Whether the key of an authority is here. */
export const hasAuthority = (keyring: Keyring, fingerprint: string): boolean =>
  authoritiesHere(keyring).has(fingerprint);

/** An authority with its key opened. @throws FedshotError `not-found`; `trust` for a wrong passphrase */
export function openAuthority(keyring: Keyring, fingerprint: string): Promise<Identity> {
  const found = authoritiesHere(keyring).get(fingerprint);
  if (!found)
    throw new FedshotError(
      'not-found',
      `${tlsDir(keyring)} has no authority ${fingerprint.slice(0, 16)}`,
      { hint: 'its key is elsewhere: say where with --keys' },
    );
  return openIdentity(keyring, found.name);
}

/** Whether the certificate that the server shows was issued by this authority; false where it is not here. */
export function issuedServer(keyring: Keyring, authority: string): boolean {
  return (
    existsSync(certFile(keyring, 'server')) &&
    serverCertificate(keyring).verify(new X509Certificate(authority).publicKey)
  );
}

/**
 * The certificate that the server shows, and its key, both PEM.
 *
 * @throws FedshotError `not-found`, `format`; `trust` for a wrong passphrase
 */
export function openServerTls(keyring: Keyring): Promise<Identity> {
  return openIdentity(keyring, 'server');
}

/** Issues a new server certificate; one that was there is replaced. */
export async function issueServerTls(
  keyring: Keyring,
  authority: Identity,
  hosts: readonly [string, ...string[]],
  now: Date,
): Promise<void> {
  const notAfter = new Date(now.getTime() + SERVER_DAYS * DAY_MS);
  await sealIdentity(keyring, 'server', await issueServer(authority, hosts, { now, notAfter }));
}

/**
 * Renews the server's certificate under the authority that it is from, so that sites notice nothing.
 *
 * @param hosts names and addresses that are added to those it has
 * @param authority fingerprint of another authority to issue it
 * @returns all its names and its expiry
 * @throws FedshotError `not-found` when the authority's key is elsewhere; `trust` for a wrong passphrase
 */
export async function renewServerTls(
  keyring: Keyring,
  hosts: readonly string[],
  now: Date,
  authority?: string,
): Promise<{ hosts: string[]; expires: Date }> {
  const all = [...new Set([...namesOf(keyring), ...hosts])] as [string, ...string[]];
  const here = [...authoritiesHere(keyring)];
  const [issuer] = here.find(([, { cert }]) => issuedServer(keyring, cert)) ?? [];
  const by = authority ?? issuer ?? fingerprintOf(readBytes(certFile(keyring, 'ca')).toString());
  await issueServerTls(keyring, await openAuthority(keyring, by), all, now);
  return { hosts: all, expires: new Date(serverCertificate(keyring).validTo) };
}

/** What the server's certificate says, or undefined where it is not here. */
export function describeServerTls(
  keyring: Keyring,
): { hosts: string[]; expires: string } | undefined {
  if (!existsSync(certFile(keyring, 'server'))) return undefined;
  const expires = new Date(serverCertificate(keyring).validTo).toISOString();
  return { hosts: namesOf(keyring), expires };
}

const serverCertificate = (keyring: Keyring): X509Certificate =>
  new X509Certificate(readBytes(certFile(keyring, 'server')));

const namesOf = (keyring: Keyring): string[] =>
  (serverCertificate(keyring).subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(?:DNS|IP Address):/, ''));

/** The certificate is what changes a pair: the new key lies beside the old one until it is in place. */
async function sealIdentity(keyring: Keyring, name: TlsName, identity: Identity): Promise<void> {
  const dir = tlsDir(keyring);
  makeFolder(dir);
  await withLock(join(dir, '.lock'), async () => {
    sweepTemporary(dir);
    const [key, next] = [keyFile(keyring, name), nextKeyFile(keyring, name)];
    // Of a run that was killed behind the certificate: the key that goes with it.
    if (existsSync(next) && (await fits(keyring, name, next))) renameSync(next, key);
    const isFirst = !existsSync(certFile(keyring, name)); // there is no pair that could be torn
    await sealKey(keyring, isFirst ? key : next, identity.key);
    writeFileAtomic(certFile(keyring, name), identity.cert);
    if (!isFirst) moveInto(next, key);
  });
}

function moveInto(from: string, to: string): void {
  try {
    renameSync(from, to);
    fsyncDir(dirname(to));
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${to}`);
  }
}

const HINT = 'issue them again: fedshot keys rotate --role server';

/** Whether a sealed key is that of the certificate. @throws FedshotError but `trust` and `not-found` */
async function fits(keyring: Keyring, name: TlsName, file: string): Promise<boolean> {
  try {
    await openKey(keyring, file, readBytes(certFile(keyring, name)).toString(), HINT);
    return true;
  } catch (error) {
    if (error instanceof FedshotError && ['trust', 'not-found'].includes(error.code)) return false;
    throw error;
  }
}

async function openIdentity(keyring: Keyring, name: TlsName): Promise<Identity> {
  const cert = readBytes(certFile(keyring, name)).toString();
  const next = nextKeyFile(keyring, name);
  const isNext = existsSync(next) && (await fits(keyring, name, next));
  const file = isNext ? next : keyFile(keyring, name);
  return { cert, key: await openKey(keyring, file, cert, HINT) };
}
