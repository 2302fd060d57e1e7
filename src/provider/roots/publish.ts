import { present } from '../../shared/present.js';
import { FedshotError } from '../../shared/errors.js';
import { withLock } from '../../shared/lock.js';
import {
  type Freshness,
  type Keyring,
  type Role,
  type Root,
  type Signer,
  Store,
} from '../../shared/release/index.js';
import { currentListing, lockPath, writeFreshness } from '../publish/freshness.js';
import { tidyStore } from '../publish/tidy.js';
import { relist, verifies } from './listing.js';

/** Most signatures of an envelope. */
const MOST_SIGNERS = 16;

export interface PublishedRoot {
  state: 'published';
  version: number;
  fingerprint: string;
  /** Releases that were published again, because the key that had signed them is gone. */
  republished: { name: string; version: number }[];
}

export interface RootChange {
  /** Folder of the store. */
  store: string;
  keyring: Keyring;
  now: Date;
}

/**
 * Publishes a root and what goes with it. First the root is staged: kept in the store, not yet public.
 * Then, where the old keys are here as well, old and new sign releases and list together: these count
 * under either root, and whatever ends this process in the middle, no site is ever without a list that
 * it can verify, and no signature is of a key that nothing names. Then the root, then the list under the
 * new keys alone. What a crash leaves undone `finishRootChange` does.
 *
 * @throws FedshotError `usage` when another root was published in the meantime; `trust` without the keys
 */
export async function publishRoot(
  change: RootChange,
  old: Root,
  root: Root,
): Promise<PublishedRoot> {
  const done = await carryOut(change, old, root);
  if (!done) throw overtaken();
  return done.outcome;
}

/**
 * As {@link publishRoot}; also goes on with a staged root from wherever its change was interrupted.
 *
 * @param change.days until the list of releases expires
 * @returns undefined when another process has published this very root in the meantime
 */
export async function carryOut(
  change: RootChange & { days?: number },
  old: Root,
  root: Root,
): Promise<{ outcome: PublishedRoot; freshness: Freshness } | undefined> {
  const { keyring, now, days } = change;
  const store = new Store(change.store);
  // Keys are opened before anything is written: a wrong passphrase must change nothing.
  const signers = await keyring.signers('freshness', root.roles.freshness);
  const newKeys = !sameKeys(old.roles.release, root.roles.release);
  const release = newKeys ? await keyring.signers('release', root.roles.release) : [];
  const bothFreshness = await both(keyring, old.roles.freshness, signers);
  const bothRelease = newKeys ? await both(keyring, old.roles.release, release) : [];

  return withLock(lockPath(store), async () => {
    const newest = store.newestRoot();
    if (newest.fingerprint === root.fingerprint) return undefined;
    if (newest.fingerprint !== old.fingerprint) throw overtaken();
    await assertNoOther(store, keyring, old, root);
    tidyStore(store);
    const { version, releases } = currentListing(store, old);
    // What an interrupted attempt has signed and listed counts under both.
    const again = (name: string): boolean =>
      newKeys &&
      !verifies(store, root, name, present(releases[name], `${name} in the list of releases`));
    const by = { signers: bothRelease ?? release, now, again };
    const listed = relist(store, { before: old, root }, releases, by);
    store.stageRoot(root.envelope);
    listed.write();
    const listing = { version, releases: listed.releases };
    let last = version;
    if (bothFreshness && bothRelease)
      last = writeFreshness(store, old, listing, { signers: bothFreshness, now }).version;
    store.writeRoot(root.version, root.envelope);
    const next = { version: last, releases: listed.releases };
    const freshness = writeFreshness(store, root, next, { signers, now, days });
    store.unstageRoot();
    return { outcome: publishedAs(root, listed), freshness };
  });
}

/** What is told of a root that is public now. */
export const publishedAs = (
  { version, fingerprint }: Root,
  { republished }: Pick<PublishedRoot, 'republished'>,
): PublishedRoot => ({ state: 'published', version, fingerprint, republished });

/** A change that another command has begun, and that can be finished with the keys here, comes first. */
async function assertNoOther(store: Store, keyring: Keyring, old: Root, root: Root): Promise<void> {
  const staged = store.stagedRoot(old);
  if (!staged || staged.fingerprint === root.fingerprint) return;
  if (await holdsKeys(keyring, old, staged))
    throw new FedshotError('usage', 'another change of the root was begun in the meantime', {
      hint: 'nothing was changed: run it again, which finishes that one first',
    });
}

/** Whether the keys are here that sign what is published with a root. */
export async function holdsKeys(
  keyring: Keyring,
  old: Root,
  next: Pick<Root, 'roles'>,
): Promise<boolean> {
  const { release, freshness } = next.roles;
  const needed = [freshness, ...(sameKeys(old.roles.release, release) ? [] : [release])];
  for (const role of needed)
    if ((await keyring.available(role)).length < role.threshold) return false;
  return true;
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
const sameKeys = (a: Role, b: Role): boolean =>
  a.threshold === b.threshold && a.keyids.join() === b.keyids.join();
