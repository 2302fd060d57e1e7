import { X509Certificate } from 'node:crypto';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { present } from '../../shared/present.js';
import { type Keyring, Store } from '../../shared/release/index.js';
import { expiryOf, findAuthority, fingerprintOf, MAX_AUTHORITIES } from '../authorities.js';
import type { RootChange, RootOutcome } from './root.js';
import { changeRoot, finishedAs } from './rotate.js';
import { hasAuthority, issuedServer, renewServerTls, sealNextAuthority } from './tls.js';
import { createAuthority } from '../provision/certificates.js';

/** An authority that the root names: sites talk to servers whose certificate is from one of them. */
export interface Authority {
  /** SHA-256 of its certificate (DER), hex. */
  fingerprint: string;
  expires: string;
  /** Whether its key is in this folder of keys. */
  here: boolean;
  /** Whether the server's certificate is from it. */
  inUse: boolean;
}

const namedBy = (store: string): readonly string[] => new Store(store).newestRoot().document.tls.ca;

/** The authorities that the newest root names, oldest first. @throws FedshotError `not-found` */
export function listAuthorities(store: string, keyring: Keyring): Authority[] {
  return namedBy(store).map((cert) => ({
    fingerprint: fingerprintOf(cert),
    expires: expiryOf(cert),
    here: hasAuthority(keyring, fingerprintOf(cert)),
    inUse: issuedServer(keyring, cert),
  }));
}

/**
 * Names one more authority in root N+1. The server goes on with the certificate that it has, so that
 * sites can follow the root before anything changes for them.
 *
 * @param options.file the certificate (PEM) of an authority kept elsewhere; without it one is made here
 * @throws FedshotError `usage` when the root has no room for it; `trust`, `format` for a certificate
 *   that is none of an authority
 */
export async function addAuthority(
  options: RootChange & { file?: string },
): Promise<RootOutcome & { authority: string }> {
  const { store, keyring, now, file } = options;
  const wanted = file === undefined ? undefined : fingerprintOf(readAuthority(file, now));
  let added: string | undefined;
  const done = await finishedAs(options, (before, after) => {
    const old = before.tls.ca.map(fingerprintOf);
    added = after.tls.ca.map(fingerprintOf).find((one) => !old.includes(one));
    return added !== undefined && (wanted === undefined || wanted === added);
  });
  if (done && added !== undefined) return { ...done, authority: added };
  const { document } = new Store(store).newestRoot();
  if (document.tls.ca.length >= MAX_AUTHORITIES)
    throw new FedshotError('usage', `the root names ${MAX_AUTHORITIES} authorities already`, {
      hint: 'take out one that no server uses: fedshot keys ca remove',
    });
  const given = file === undefined ? undefined : readAuthority(file, now);
  const made = given ?? (await createAuthority('fedshot provider', now));
  const cert = typeof made === 'string' ? made : made.cert;
  const authority = fingerprintOf(cert);
  if (document.tls.ca.some((known) => fingerprintOf(known) === authority))
    throw new FedshotError('usage', `the root names ${authority.slice(0, 16)} already`);
  if (typeof made !== 'string') await sealNextAuthority(keyring, made);
  const outcome = await changeRoot(options, {
    ...document,
    tls: { ca: [...document.tls.ca, cert] },
  });
  return { ...outcome, authority };
}

/** @throws FedshotError `format` for what is no certificate, `trust` for one that may sign no other */
function readAuthority(file: string, now: Date): string {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(readBytes(file));
  } catch (error) {
    if (error instanceof FedshotError) throw error;
    throw new FedshotError('format', `${file}: not a certificate in PEM`, { cause: error });
  }
  if (!parsed.ca || new Date(parsed.validTo) <= now)
    throw new FedshotError(
      'trust',
      `${file}: ${parsed.ca ? 'it has expired' : 'it is not the certificate of an authority'}`,
    );
  return parsed.toString();
}

/** The full fingerprint of an authority that the newest root names. @throws FedshotError `not-found` */
const find = (store: string, prefix: string): string =>
  findAuthority(namedBy(store).map(fingerprintOf), prefix, 'the root', 'fedshot keys ca show');

/**
 * Issues the server's certificate anew under another authority that the root names. A site that has not
 * followed the root by then no longer trusts the server, until it is handed the new `trust.json`.
 *
 * @throws FedshotError `not-found` for an authority that the root does not name, or whose key is elsewhere
 */
export async function useAuthority(
  options: RootChange & { authority: string },
): Promise<{ authority: string; hosts: string[]; expires: Date }> {
  const authority = find(options.store, options.authority);
  return { authority, ...(await renewServerTls(options.keyring, [], options.now, authority)) };
}

/**
 * Takes an authority out of the root: sites that follow no longer talk to servers that it vouched for.
 *
 * @throws FedshotError `not-found`; `usage` for the last one, or the one that the server's certificate
 *   is from
 */
export async function removeAuthority(
  options: RootChange & { authority: string },
): Promise<RootOutcome & { authority: string }> {
  const { store, keyring } = options;
  let removed: string | undefined;
  const done = await finishedAs(options, (before, after) => {
    const kept = after.tls.ca.map(fingerprintOf);
    removed = before.tls.ca.map(fingerprintOf).find((one) => !kept.includes(one));
    return (
      removed !== undefined &&
      removed.startsWith(options.authority.replace(/[\s:]/g, '').toLowerCase())
    );
  });
  if (done && removed !== undefined) return { ...done, authority: removed };
  const authority = find(store, options.authority);
  const { document } = new Store(store).newestRoot();
  const gone = present(
    document.tls.ca.find((cert) => fingerprintOf(cert) === authority),
    'the authority in the root',
  );
  const kept = document.tls.ca.filter((cert) => cert !== gone);
  if (kept.length === 0 || issuedServer(keyring, gone))
    throw new FedshotError(
      'usage',
      `no site could reach the server without ${authority.slice(0, 16)}; nothing was changed`,
      { hint: 'first: fedshot keys ca add, wait until sites have followed, fedshot keys ca use' },
    );
  return { ...(await changeRoot(options, { ...document, tls: { ca: kept } })), authority };
}
