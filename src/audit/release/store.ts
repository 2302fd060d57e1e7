import { existsSync, lstatSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { isTemporary, readBytes } from '../../shared/files.js';
import { files, foreignFolders } from '../folders.js';
import { metadataFaults } from './metadata.js';
import { MEMORY, MEMORY_FILE } from '../../shared/release/enrolled.js';
import {
  MAX_CHUNK_BYTES,
  MAX_FRESHNESS_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_ROOT_BYTES,
  openFreshness,
  openManifest,
  openRoot,
  type Release,
  type Root,
  sha256,
  Store,
  verifyNextRoot,
} from '../../shared/release/index.js';

/** A store as an auditor reads it, from a root that somebody else has pinned. */
export interface PublicStore {
  readonly dir: string;
  /** In order; the first is the pinned one or an earlier one that leads to it. */
  readonly roots: readonly Root[];
  /**
   * The next root, signed and not public yet, where a change of keys was interrupted: keys that it names
   * may have signed releases and list together with those of the newest root.
   */
  readonly staged: Root | undefined;
  readonly releases: readonly Release[];
  /** Ids and keys that any of the roots names for the log. */
  readonly logKeys: ReadonlyMap<string, Uint8Array>;
  /** The bytes of a chunk, if they are in the store. */
  object(digest: string): Buffer | undefined;
  /** Files that belong to no root, manifest, statement or chunk, and files that are damaged. */
  readonly findings: readonly string[];
  /** Bytes in all. */
  readonly bytes: number;
}

/**
 * Reads and verifies all of a store.
 *
 * @param trust the root that the auditor trusts, as sites pin it
 * @throws FedshotError `trust` when the store's roots do not go with it; `not-found`
 */
export function readStore(dir: string, trust: Uint8Array): PublicStore {
  const store = new Store(dir);
  const pinned = openRoot(trust, 'the pinned root');
  const roots = readRoots(store, pinned);
  const expected = new Set([
    store.trustPath(),
    ...roots.map(({ version }) => store.rootPath(version)),
  ]);
  const findings: string[] = [];
  const attempt = (path: string, what: () => void): void => {
    try {
      what();
    } catch (error) {
      findings.push(`${relative(dir, path)}: ${shortened(error, path)}`);
    }
  };
  let staged: Root | undefined;
  attempt(store.stagedPath(), () => {
    const newest = roots.at(-1)!;
    const found = store.stagedRoot(newest);
    if (found) expected.add(store.stagedPath());
    if (found !== newest) staged = found;
  });
  const underAny = <T>(known: readonly Root[], open: (root: Root) => T): T => {
    let last: unknown;
    for (const root of [...known].reverse())
      try {
        return open(root);
      } catch (error) {
        last = error;
      }
    throw last;
  };
  const releases: Release[] = [];
  const manifests = files(join(dir, 'metadata', 'releases')).filter(
    (path) => !isTemporary(basename(path)), // what a killed command has left belongs to no release
  );
  for (const path of manifests)
    attempt(path, () => {
      const bytes = readBytes(path, MAX_MANIFEST_BYTES);
      const release = underAny(staged ? [...roots, staged] : roots, (root) =>
        openManifest(root, bytes),
      );
      if (store.manifestPath(release.name, release.version) !== path)
        throw new FedshotError('trust', `it is ${release.name} ${release.version}`);
      expected.add(path);
      releases.push(release);
    });
  if (existsSync(store.freshnessPath())) {
    expected.add(store.freshnessPath());
    attempt(store.freshnessPath(), () => {
      const bytes = readBytes(store.freshnessPath(), MAX_FRESHNESS_BYTES);
      underAny(roots, (root) => openFreshness(root, bytes));
    });
  } else if (releases.length > 0)
    findings.push(`${relative(dir, store.freshnessPath())}: is gone, and there are releases`);
  attempt(store.trustPath(), () => {
    const bytes = readBytes(store.trustPath(), MAX_ROOT_BYTES);
    if (!roots.some(({ envelope }) => bytes.equals(envelope)))
      throw new FedshotError('trust', 'not one of the roots');
  });
  for (const { chunks } of releases)
    for (const { sha256: digest } of chunks) expected.add(store.objectPath(digest));
  const lock = join(dir, 'metadata', '.lock'); // of who publishes at this moment
  // Signed by nobody, but it can say one thing only.
  const memory = join(dir, MEMORY_FILE);
  if (existsSync(memory) && readBytes(memory, MEMORY.length).equals(Buffer.from(MEMORY)))
    expected.add(memory);
  let bytes = 0;
  for (const path of files(dir)) {
    const stat = lstatSync(path);
    bytes += stat.size;
    if (!expected.has(path) && path !== lock)
      findings.push(`${relative(dir, path)}: belongs to no signed release`);
    else if (!stat.isFile()) findings.push(`${relative(dir, path)}: a link, or no regular file`);
  }
  findings.push(...foreignFolders(dir, [...expected, lock]));
  for (const [path, faults] of metadataFaults(store, roots, releases, staged))
    findings.push(...faults.map((fault) => `${relative(dir, path)}: ${fault}`));
  const keys = roots.flatMap((root) =>
    root.roles.log.keyids.map((id) => [id, root.keys.get(id)!] as const),
  );
  const object = (digest: string): Buffer | undefined => {
    const path = store.objectPath(digest);
    if (!existsSync(path)) return undefined;
    try {
      const found = readBytes(path, MAX_CHUNK_BYTES);
      return sha256(found) === digest ? found : undefined;
    } catch {
      return undefined; // a pipe, a folder, more than a chunk can have
    }
  };
  return { dir, roots, staged, releases, logKeys: new Map(keys), object, findings, bytes };
}

/** Why, without the path that stands before it. */
const shortened = (error: unknown, path: string): string =>
  asFedshotError(error, 'format').message.replace(`${path}: `, '').replace(path, 'it');

/** All roots of the store, each vouched for by the one before, the pinned one among them. */
function readRoots(store: Store, pinned: Root): Root[] {
  const roots: Root[] = [];
  for (let version = 1; existsSync(store.rootPath(version)); version++) {
    const bytes = readBytes(store.rootPath(version), MAX_ROOT_BYTES);
    const previous = roots.at(-1);
    roots.push(previous ? verifyNextRoot(previous, bytes) : openRoot(bytes, 'root 1'));
  }
  if (!roots.some(({ fingerprint }) => fingerprint === pinned.fingerprint))
    throw new FedshotError('trust', `${store.dir}: not a store of the pinned root`, {
      hint: 'give the trust.json that the sites pin, got from somewhere else than this store',
    });
  return roots;
}
