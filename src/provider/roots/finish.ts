/** A change of the root that was interrupted between its files goes on from the newest root. */
import { existsSync } from 'node:fs';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { withLock } from '../../shared/lock.js';
import { present } from '../../shared/present.js';
import { type Freshness, type Root, Store } from '../../shared/release/index.js';
import { currentListing, type Listing, lockPath, writeFreshness } from '../publish/freshness.js';
import { tidyStore } from '../publish/tidy.js';
import { relist, verifies } from './listing.js';
import {
  carryOut,
  holdsKeys,
  publishedAs,
  type PublishedRoot,
  type RootChange,
} from './publish.js';

export interface FinishedChange {
  /** As the change would have reported it. */
  outcome: PublishedRoot;
  /** The root before the change, and the one that it led to. */
  before: Root;
  root: Root;
  freshness: Freshness;
}

/** Whether the newest root is public without the list, or the file for new sites, that goes with it. */
export function isUnfinished(store: Store, root: Root): boolean {
  if (!existsSync(store.trustPath()) || !existsSync(store.freshnessPath())) return true;
  if (!readBytes(store.trustPath()).equals(root.envelope)) return true;
  try {
    return store.currentFreshness(root)?.root !== root.version;
  } catch (error) {
    if (error instanceof FedshotError && error.code === 'signature') return true;
    throw error;
  }
}

type Finish = RootChange & { days?: number };

/**
 * Publishes what an interrupted change of the root has left undone; does nothing otherwise, or where a
 * root is staged and the keys that go with it are elsewhere: until it is public nobody misses anything.
 *
 * @returns undefined when nothing was left undone
 * @throws FedshotError `trust` without the freshness key of a root that is public, or without its release
 *   key where releases have to be signed again; `signature` for a list that neither of the last two
 *   roots vouches for
 */
export async function finishRootChange(options: Finish): Promise<FinishedChange | undefined> {
  const store = new Store(options.store);
  const before = store.newestRoot();
  const root = store.stagedRoot(before);
  if (!root || root === before) return finishPublic(store, options);
  if (!(await holdsKeys(options.keyring, before, root))) return undefined;
  const done = await carryOut(options, before, root);
  return done && { ...done, before, root };
}

/** Finishes a change whose root is public. */
async function finishPublic(
  store: Store,
  { keyring, now, days }: Finish,
): Promise<FinishedChange | undefined> {
  const look = () => {
    const [root, before] = store.roots().reverse();
    if (!root || !before) return undefined;
    return store.stagedRoot(root) === root || isUnfinished(store, root)
      ? { root, before }
      : undefined;
  };
  const found = look();
  if (!found) return undefined;
  const { freshness, release } = found.root.roles;
  const signers = await keyring.signers('freshness', freshness);
  const releaseSigners = await keyring.available(release);

  return withLock(lockPath(store), async () => {
    const state = look();
    if (state?.root.fingerprint !== found.root.fingerprint) return undefined; // another process has finished it
    const { root, before } = state;
    tidyStore(store);
    const { version, releases } = listingOf(store, root, before);
    const again = (name: string): boolean =>
      !verifies(store, root, name, present(releases[name], `${name} in the list of releases`));
    if (Object.keys(releases).some(again)) await keyring.signers('release', release); // says what is missing
    const listed = relist(store, state, releases, { signers: releaseSigners, now, again });
    listed.write();
    if (!existsSync(store.trustPath()) || !readBytes(store.trustPath()).equals(root.envelope))
      writeFileAtomic(store.trustPath(), root.envelope);
    const listing = { version, releases: listed.releases };
    const statement = writeFreshness(store, root, listing, { signers, now, days });
    store.unstageRoot();
    return { outcome: publishedAs(root, listed), before, root, freshness: statement };
  });
}

/** What was listed when the change was interrupted: the list of before, where there is none of after. */
function listingOf(store: Store, root: Root, before: Root): Listing {
  try {
    return currentListing(store, root);
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'signature') throw error;
    return currentListing(store, before);
  }
}
