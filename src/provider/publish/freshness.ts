import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import {
  formatTime,
  type Freshness,
  type Keyring,
  openFreshness,
  openManifest,
  type ReleaseEntry,
  type Root,
  sealFreshness,
  type Signer,
  Store,
} from '../../shared/release/index.js';
import { withLock } from '../../shared/lock.js';
import { tidyStore } from './tidy.js';

const DAY_MS = 86_400_000;
/** How long a freshness statement is valid: the longest that a freeze attack can go unnoticed. */
export const FRESHNESS_DAYS = 7;

/** What a store lists, by name, and the version of the statement that says so (0 for none). */
export interface Listing {
  readonly version: number;
  readonly releases: Readonly<Record<string, ReleaseEntry>>;
}

export interface FreshnessRequest {
  signers: readonly Signer[];
  now: Date;
  /** Days until the statement expires (default 7). */
  days?: number;
}

export const lockPath = (store: Store): string => join(store.dir, 'metadata', '.lock');

/**
 * Signs the list of releases anew, so that it stays fresh, and removes what killed publishes left.
 *
 * @returns the statement's expiry
 * @throws FedshotError `trust` without the freshness key, `io`
 */
export async function refreshFreshness(options: {
  store: string;
  keyring: Keyring;
  now: Date;
  days?: number;
}): Promise<Freshness> {
  const store = new Store(options.store);
  const root = store.newestRoot();
  const signers = await options.keyring.signers('freshness', root.roles.freshness);
  return withLock(lockPath(store), () => {
    assertNewest(store, root);
    tidyStore(store);
    return writeFreshness(store, root, currentListing(store, root), { ...options, signers });
  });
}

/**
 * The keys were opened before the lock was taken, so the root may have been replaced since. Call it
 * under the lock.
 * @throws FedshotError `trust`
 */
export function assertNewest(store: Store, root: Root): void {
  if (store.newestRoot().version === root.version) return;
  throw new FedshotError('trust', `${store.dir}: its root was replaced while this ran`, {
    hint: 'nothing was changed: run it again',
  });
}

/** Writes the statement after the last. To be called under the store's lock. */
export function writeFreshness(
  store: Store,
  root: Root,
  { version: last, releases }: Listing,
  { signers, now, days = FRESHNESS_DAYS }: FreshnessRequest,
): Freshness {
  // Seconds, so that versions go on growing in a store that was restored from a backup.
  const seconds = Math.floor(now.getTime() / 1000);
  const version = Math.max(seconds, last + 1);
  const times = {
    created: formatTime(now),
    expires: formatTime(new Date(now.getTime() + days * DAY_MS)),
  };
  const envelope = sealFreshness({ version, root: root.version, ...times, releases }, signers);
  const freshness = openFreshness(root, envelope);
  writeFileAtomic(store.freshnessPath(), envelope);
  return freshness;
}

/**
 * What the store lists now. Where there is no statement it is found from the manifests: the newest
 * of each name that the root's release keys signed.
 */
export function currentListing(store: Store, root: Root): Listing {
  const freshness = readFreshness(store, root);
  if (freshness) return freshness;
  const dir = join(store.dir, 'metadata', 'releases');
  const releases: Record<string, ReleaseEntry> = {};
  for (const name of existsSync(dir) ? readdirSync(dir).sort() : []) {
    const entry = newestManifest(store, root, name);
    if (entry) releases[name] = entry;
  }
  return { version: 0, releases };
}

function newestManifest(store: Store, root: Root, name: string): ReleaseEntry | undefined {
  const files = readdirSync(join(store.dir, 'metadata', 'releases', name));
  const versions = files.flatMap((file) => (/^\d+\.json$/.test(file) ? [parseInt(file, 10)] : []));
  for (const version of versions.sort((a, b) => b - a)) {
    const bytes = readBytes(store.manifestPath(name, version));
    try {
      const { digest } = openManifest(root, bytes);
      return { version, sha256: digest, size: bytes.length };
    } catch (error) {
      // One that a retired key signed is no release any more.
      if (!(error instanceof FedshotError && error.code === 'signature')) throw error;
    }
  }
  return undefined;
}

function readFreshness(store: Store, root: Root): Freshness | undefined {
  try {
    return store.currentFreshness(root);
  } catch (error) {
    if (!(error instanceof FedshotError && error.code === 'signature')) throw error;
    throw new FedshotError('signature', `${store.freshnessPath()}: not signed under this root`, {
      hint: 'after a change of keys that was interrupted: fedshot provider refresh; it is also made again from the signed manifests when it is deleted',
      cause: error,
    });
  }
}
