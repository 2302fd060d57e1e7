/** The list of releases and the manifests on it, carried over from one root to the next. */
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import {
  openManifest,
  type Release,
  type ReleaseEntry,
  type Root,
  type Signer,
  type Store,
} from '../../shared/release/index.js';
import { lifetime, RELEASE_DAYS, sealVersion } from '../publish/publish.js';

export interface Relisted {
  readonly releases: Readonly<Record<string, ReleaseEntry>>;
  /** What was signed again, since the new root does not know its old signature. */
  readonly republished: { name: string; version: number }[];
  /** Writes the manifests that were signed again; until then the store is as it was. */
  write(): void;
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
 * Signs what is listed under one root again, so that it counts under the next. What can be wrong with
 * the store is found before anything is written.
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
  const signed = Object.entries(releases)
    .filter(([name]) => again(name))
    .map(([name, previous]) => {
      const content = readListed(store, before, name, previous);
      const times = lifetime(now, RELEASE_DAYS);
      return { name, ...sealVersion(root, signers, { ...content, ...times, previous }) };
    });
  const next = signed.map(({ name, entry }) => [name, entry] as const);
  return {
    releases: { ...releases, ...Object.fromEntries(next) },
    republished: next.map(([name, { version }]) => ({ name, version })),
    write() {
      for (const { name, entry, bytes } of signed)
        writeFileAtomic(store.manifestPath(name, entry.version), bytes);
    },
  };
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
