import { FedshotError } from '../../shared/errors.js';
import { withLock } from '../../shared/lock.js';
import {
  type Keyring,
  type Role,
  type Root,
  type Signer,
  Store,
} from '../../shared/release/index.js';
import { currentListing, lockPath, writeFreshness } from '../publish/freshness.js';
import { tidyStore } from '../publish/tidy.js';
import { relist } from './listing.js';

/** Most signatures of an envelope. */
const MOST_SIGNERS = 16;

export interface PublishedRoot {
  state: 'published';
  version: number;
  fingerprint: string;
  /** Releases that were published again, because the key that had signed them is gone. */
  republished: { name: string; version: number }[];
}

/**
 * Publishes a root and what goes with it. Where the old keys are here as well, old and new sign
 * releases and list together first: these count under either root, and whatever ends this process
 * in the middle, no site is ever without a list that it can verify. Then the root, then the list under
 * the new keys alone. What a crash leaves undone `finishRootChange` does.
 *
 * @throws FedshotError `usage` when another root was published in the meantime; `trust` without the keys
 */
export async function publishRoot(
  change: { store: string; keyring: Keyring; now: Date },
  old: Root,
  root: Root,
): Promise<PublishedRoot> {
  const { keyring, now } = change;
  const store = new Store(change.store);
  // Keys are opened before anything is written: a wrong passphrase must change nothing.
  const freshness = await keyring.signers('freshness', root.roles.freshness);
  const newKeys = !sameKeys(old.roles.release, root.roles.release);
  const release = newKeys ? await keyring.signers('release', root.roles.release) : [];
  const bothFreshness = await both(keyring, old.roles.freshness, freshness);
  const bothRelease = newKeys ? await both(keyring, old.roles.release, release) : [];

  return withLock(lockPath(store), () => {
    if (store.newestRoot().fingerprint !== old.fingerprint) throw overtaken();
    tidyStore(store);
    const { version, releases } = currentListing(store, old);
    const signers = bothRelease ?? release;
    const again = (): boolean => newKeys;
    const listed = relist(store, { before: old, root }, releases, { signers, now, again });
    let last = version;
    if (bothFreshness && bothRelease)
      last = writeFreshness(
        store,
        old,
        { version, releases: listed.releases },
        { signers: bothFreshness, now },
      ).version;
    store.writeRoot(root.version, root.envelope);
    const listing = { version: last, releases: listed.releases };
    writeFreshness(store, root, listing, { signers: freshness, now });
    const { fingerprint } = root;
    return {
      state: 'published',
      version: root.version,
      fingerprint,
      republished: listed.republished,
    };
  });
}

/** The error of a change that began with a root which is not the newest any more. */
export const overtaken = (): FedshotError =>
  new FedshotError('usage', 'another root was published in the meantime', {
    hint: 'nothing was changed: look with fedshot keys show, then run it again if it is still wanted',
  });

/** Signers for the old role and the new one; undefined when the old keys are not here. */
async function both(
  keyring: Keyring,
  old: Role,
  signers: readonly Signer[],
): Promise<Signer[] | undefined> {
  const before = await keyring.available(old);
  const all = new Map([...signers, ...before].map((signer) => [signer.keyid, signer]));
  return before.length >= old.threshold && all.size <= MOST_SIGNERS ? [...all.values()] : undefined;
}

/** Whether what was signed for a role under one root counts under the other. */
export const sameKeys = (a: Role, b: Role): boolean =>
  a.threshold === b.threshold && a.keyids.join() === b.keyids.join();
