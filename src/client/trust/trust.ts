import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { makeFolder, readBytes } from '../../shared/files.js';
import { readFingerprint } from '../../shared/release/fields.js';
import { MAX_ROOT_BYTES } from '../../shared/release/limits.js';
import {
  type MetadataFetcher,
  openRoot,
  pinRoot,
  type Root,
  type TrustState,
  verifyFreshness,
  verifyNextRoot,
} from '../../shared/release/index.js';
import { withTrustLock, readTrust, replaceTrust, trustFile, writeTrust } from './trust-file.js';

export { readTrust, trustFile, writeCheckpoint, writeTrust } from './trust-file.js';

export interface PinOptions {
  /** The provider's `trust.json`. */
  file: string;
  home: string;
  /** What the provider said its fingerprint is: SHA-256 of the root, hex, spaces and case ignored. */
  fingerprint?: string;
  /** Forget a provider that is pinned already, and everything seen of it. */
  replace?: boolean;
}

/**
 * Pins a provider's root. The same provider may be pinned again, and its next root taken from a file;
 * neither makes the site forget what it has seen.
 *
 * @throws FedshotError `not-found`, `format`, `signature`; `usage` for what is no fingerprint; `trust` for a key that must not be trusted,
 *   another fingerprint than expected, or another provider than is pinned
 */
export function pinTrust({ file, home, fingerprint, replace = false }: PinOptions): TrustState {
  const bytes = readBytes(file);
  if (bytes.length > MAX_ROOT_BYTES)
    throw new FedshotError('limit', `${file}: too large for a provider's trust.json`);
  const root = openRoot(bytes, file);
  const expected = fingerprint === undefined ? undefined : readFingerprint(fingerprint);
  if (expected !== undefined && expected !== root.fingerprint)
    throw new FedshotError('trust', `${file}: its fingerprint is ${root.fingerprint}`, {
      hint: 'it is not the root that was expected; get it from the provider again, do not use this one',
    });
  makeHome(home);
  return withTrustLock(home, () => {
    const state = existsSync(trustFile(home)) && !replace ? extend(home, root) : pinRoot(root);
    replaceTrust(home, state);
    return state;
  });
}

/** A site's home will hold what comes of private data: it is its user's alone. */
function makeHome(home: string): void {
  if (existsSync(home)) return;
  try {
    makeFolder(dirname(home));
    makeFolder(home, 0o700);
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot make ${home}`);
  }
}

/** What is pinned, brought up to a root that was handed over as a file. */
function extend(home: string, root: Root): TrustState {
  const state = readTrust(home);
  if (root.fingerprint === state.root.fingerprint || root.fingerprint === state.pinned)
    return state;
  try {
    return { ...state, root: verifyNextRoot(state.root, root.envelope) };
  } catch (cause) {
    throw new FedshotError('trust', `${home} has another provider's root pinned: ${state.pinned}`, {
      hint: 'if the provider really starts anew, say --replace; what was seen of it is forgotten',
      cause,
    });
  }
}

/**
 * Brings root and freshness up to date from a source, and keeps each as soon as it is trusted.
 *
 * @throws FedshotError as `verifyRelease`
 */
export async function updateTrust(
  fetcher: MetadataFetcher,
  home: string,
  now: Date,
): Promise<TrustState> {
  const save = (state: TrustState): void => writeTrust(home, state);
  const { state } = await verifyFreshness(fetcher, readTrust(home), { now, save });
  return state;
}

/** What a person wants to see of a site's trust. */
export interface TrustReport {
  /** SHA-256 of the root in force, hex. */
  fingerprint: string;
  /** SHA-256 of the root that a person pinned, hex: another one after the provider changed keys. */
  pinned: string;
  root: number;
  expires: string;
  releases: { name: string; version: number }[];
  /** The transparency log's last checkpoint. */
  checkpoint?: string;
}

export function trustReport({ root, pinned, releases, checkpoint }: TrustState): TrustReport {
  const { fingerprint, version, document } = root;
  const newest = Object.entries(releases).map(([name, seen]) => ({
    name,
    version: Math.max(...Object.values(seen).map((entry) => entry.version)),
  }));
  return {
    fingerprint,
    pinned,
    root: version,
    expires: document.expires,
    releases: newest,
    checkpoint,
  };
}
