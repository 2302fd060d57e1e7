/** The list of releases and the manifests on it, carried over from one root to the next. */
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import {
  openManifest,
  type Release,
  type ReleaseEntry,
  type Root,
  type Signer,
  type Store,
} from '../../shared/release/index.js';
import { lifetime, RELEASE_DAYS, signVersion } from '../publish/publish.js';

export interface Relisted {
  readonly releases: Readonly<Record<string, ReleaseEntry>>;
  /** What was signed again, since the new root does not know its old signature. */
  readonly republished: { name: string; version: number }[];
}

/** Whether a listed manifest verifies under a root. @throws FedshotError `digest`, `format`, `not-found` */
export function verifies(store: Store, root: Root, name: string, entry: ReleaseEntry): boolean {
  try {
    readListed(store, root, name, entry);
    return true;
  } catch (error) {
    if (error instanceof FedshotError && error.code === 'signature') return false;
    throw error;
  }
}

/**
 * Publishes what is listed under one root again, so that it counts under the next.
 *
 * @param before the root under which the manifests verify
 * @param signers of the role `release` of the new root; of the old one as well, so that it counts under both
 * @param again whether a release has to be signed again
 */
export function relist(
  store: Store,
  { before, root }: { before: Root; root: Root },
  releases: Readonly<Record<string, ReleaseEntry>>,
  {
    signers,
    now,
    again,
  }: { signers: readonly Signer[]; now: Date; again: (name: string) => boolean },
): Relisted {
  const listed: Record<string, ReleaseEntry> = { ...releases };
  const republished: { name: string; version: number }[] = [];
  for (const [name, entry] of Object.entries(releases).filter(([name]) => again(name))) {
    const content = readListed(store, before, name, entry);
    const times = lifetime(now, RELEASE_DAYS);
    const next = signVersion(store, root, signers, { ...content, ...times, previous: entry });
    listed[name] = next;
    republished.push({ name, version: next.version });
  }
  return { releases: listed, republished };
}

/** The very manifest that is listed: another in its place is not signed again. */
function readListed(store: Store, root: Root, name: string, entry: ReleaseEntry): Release {
  const file = store.manifestPath(name, entry.version);
  const release = openManifest(root, readBytes(file));
  if (release.digest !== entry.sha256)
    throw new FedshotError('digest', `${file}: it is not the manifest that is listed`, {
      hint: 'put it back from a copy of the store, then run this again',
    });
  return release;
}
