import { FedshotError } from '../../shared/errors.js';
import { present } from '../../shared/present.js';
import type { Keyring } from '../../shared/release/index.js';
import { expiryOf, findAuthority, fingerprintOf, MAX_AUTHORITIES } from '../authorities.js';
import {
  assertAuthorities,
  makeNextAuthority,
  firstAuthority,
  sitesDir,
  writeAuthorities,
} from './authority.js';
import { changeAuthorities, changeRegistry } from './registry-lock.js';
import { readSites } from './registry.js';

/** An authority whose certificates the server accepts from sites. */
export interface SitesAuthority {
  /** SHA-256 of its certificate (DER), hex. */
  fingerprint: string;
  expires: string;
  /** Whether it issues what sites are given from now on. */
  inUse: boolean;
  /** Sites that depend on it: none of their valid certificates is from another authority. */
  sites: string[];
}

interface Change {
  readonly keyring: Keyring;
  readonly now: Date;
}

/** The sites with a valid certificate, by name, each with the authorities that these are from. */
function signers({ keyring, now }: Change): Map<string, Set<string | undefined>> {
  const dir = sitesDir(keyring);
  const first = firstAuthority(dir);
  const valid = readSites(dir).map(({ name, certificates }) => {
    const usable = certificates.filter(
      ({ revoked, notAfter }) => revoked === undefined && new Date(notAfter) > now,
    );
    return [name, new Set(usable.map(({ authority }) => authority ?? first))] as const;
  });
  return new Map(valid);
}

/** The accepted authorities, the one that issues first. @throws FedshotError `not-found` */
export function listSitesAuthorities(change: Change): SitesAuthority[] {
  const authorities = assertAuthorities(sitesDir(change.keyring));
  const accepted = new Set(authorities.map(fingerprintOf));
  const sites = [...signers(change)].map(
    ([name, by]) => [name, [...by].filter((id) => id !== undefined && accepted.has(id))] as const,
  );
  return authorities.map((cert, at) => {
    const fingerprint = fingerprintOf(cert);
    const depends = sites.filter(([, by]) => by.length === 1 && by[0] === fingerprint);
    const names = depends.map(([name]) => name);
    return { fingerprint, expires: expiryOf(cert), inUse: at === 0, sites: names };
  });
}

function find(authorities: readonly string[], prefix: string): string {
  const known = authorities.map(fingerprintOf);
  return findAuthority(known, prefix, 'use for sites', 'fedshot provision ca show');
}

/**
 * Makes one more authority for sites. The server accepts its certificates from now on; who issues stays.
 *
 * @returns its fingerprint
 * @throws FedshotError `not-found` before `provision init`; `usage` for more than four at once
 */
export async function addSitesAuthority({ keyring, now }: Change): Promise<string> {
  const dir = sitesDir(keyring);
  assertAuthorities(dir); // before a lock is made in a folder that may not be there
  return changeAuthorities(dir, async () => {
    const authorities = assertRoom(dir);
    const cert = await makeNextAuthority(keyring, now);
    writeAuthorities(dir, [...authorities, cert]);
    return fingerprintOf(cert);
  });
}

function assertRoom(dir: string): string[] {
  const authorities = assertAuthorities(dir);
  if (authorities.length >= MAX_AUTHORITIES)
    throw new FedshotError('usage', `there are ${MAX_AUTHORITIES} authorities for sites already`, {
      hint: 'take out one that no site depends on: fedshot provision ca remove',
    });
  return authorities;
}

/**
 * Lets another authority issue what sites are given from now on. Certificates of the others stay valid.
 *
 * @returns its fingerprint
 * @throws FedshotError `not-found`
 */
export function useSitesAuthority({ keyring }: Change, prefix: string): string {
  const dir = sitesDir(keyring);
  assertAuthorities(dir); // before a lock is made in a folder that may not be there
  return changeRegistry(dir, () => {
    const authorities = assertAuthorities(dir);
    const wanted = find(authorities, prefix);
    const isWanted = (cert: string): boolean => fingerprintOf(cert) === wanted;
    const rest = authorities.filter((cert) => !isWanted(cert));
    writeAuthorities(dir, [...authorities.filter(isWanted), ...rest]);
    return wanted;
  });
}

/**
 * Takes out an authority: a running server refuses its certificates from then on.
 *
 * @param force although there are sites that depend on it
 * @returns its fingerprint, and the sites that cannot pull any more
 * @throws FedshotError `not-found`; `usage` for the one that issues, or one that sites depend on
 */
export function removeSitesAuthority(
  change: Change,
  prefix: string,
  force = false,
): { authority: string; cutOff: string[] } {
  const dir = sitesDir(change.keyring);
  assertAuthorities(dir); // before a lock is made in a folder that may not be there
  return changeRegistry(dir, () => removeAlone(change, dir, prefix, force));
}

function removeAlone(
  change: Change,
  dir: string,
  prefix: string,
  force: boolean,
): { authority: string; cutOff: string[] } {
  const authorities = assertAuthorities(dir);
  const authority = find(authorities, prefix);
  const short = authority.slice(0, 16);
  const { inUse, sites } = present(
    listSitesAuthorities(change).find(({ fingerprint }) => fingerprint === authority),
    'the authority in the list',
  );
  if (inUse)
    throw new FedshotError(
      'usage',
      `${short} issues the sites' certificates; nothing was changed`,
      {
        hint: 'first: fedshot provision ca add, fedshot provision ca use, and renew the sites',
      },
    );
  if (sites.length > 0 && !force)
    throw new FedshotError(
      'usage',
      `these sites depend on ${short}: ${sites.join(', ')}; nothing was changed`,
      { hint: 'renew them first: fedshot provision renew NAME; or cut them off with --force' },
    );
  const kept = authorities.filter((cert) => fingerprintOf(cert) !== authority);
  writeAuthorities(dir, kept);
  return { authority, cutOff: sites };
}
