import { present } from '../../shared/present.js';
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
  const roots = readRoots(store, openRoot(trust, 'the pinned root'));
  const reading: Reading = {
    store,
    roots,
    expected: new Set([
      store.trustPath(),
      ...roots.map(({ version }) => store.rootPath(version)),
      ...enrolledMemory(dir),
    ]),
    findings: [],
  };
  const staged = readStaged(reading);
  const releases = readReleases(reading, staged);
  readStatement(reading, releases.length > 0);
  checkTrustFile(reading);
  for (const { chunks } of releases)
    for (const { sha256: digest } of chunks) reading.expected.add(store.objectPath(digest));
  const bytes = checkFiles(reading);
  const metadata = [...metadataFaults(store, roots, releases, staged)].flatMap(([path, faults]) =>
    faults.map((fault) => `${relative(dir, path)}: ${fault}`),
  );
  return {
    dir,
    roots,
    staged,
    releases,
    logKeys: new Map(roots.flatMap(logKeysOf)),
    object: (digest) => readObject(store, digest),
    findings: [...reading.findings, ...metadata],
    bytes,
  };
}

/** A store while it is read. */
interface Reading {
  readonly store: Store;
  readonly roots: readonly Root[];
  /** Paths of the files that belong to it. */
  readonly expected: Set<string>;
  readonly findings: string[];
}

/** Looks at a file; what is wrong with it is a finding. */
function attempt({ store, findings }: Reading, path: string, look: () => void): void {
  try {
    look();
  } catch (error) {
    findings.push(`${relative(store.dir, path)}: ${shortened(error, path)}`);
  }
}

/** Opens what one of the roots vouches for, the newest first. */
function underAnyRoot<T>({ roots }: Reading, open: (root: Root) => T): T {
  let last: unknown;
  for (const root of [...roots].reverse())
    try {
      return open(root);
    } catch (error) {
      last = error;
    }
  throw last;
}

/** The root that a change of keys has staged, and not published yet. */
function readStaged(reading: Reading): Root | undefined {
  const { store, roots, expected } = reading;
  let staged: Root | undefined;
  attempt(reading, store.stagedPath(), () => {
    const newest = present(roots.at(-1), 'a root of the store');
    const found = store.stagedRoot(newest);
    if (found) expected.add(store.stagedPath());
    if (found !== newest) staged = found;
  });
  return staged;
}

/** @param staged may have signed releases that a change of keys is about to publish */
function readReleases(reading: Reading, staged: Root | undefined): Release[] {
  const { store, roots, expected } = reading;
  const known = { ...reading, roots: staged ? [...roots, staged] : roots };
  const releases: Release[] = [];
  const manifests = files(join(store.dir, 'metadata', 'releases')).filter(
    (path) => !isTemporary(basename(path)), // what a killed command has left belongs to no release
  );
  for (const path of manifests)
    attempt(reading, path, () => {
      const bytes = readBytes(path, MAX_MANIFEST_BYTES);
      const release = underAnyRoot(known, (root) => openManifest(root, bytes));
      if (store.manifestPath(release.name, release.version) !== path)
        throw new FedshotError('trust', `it is ${release.name} ${release.version}`);
      expected.add(path);
      releases.push(release);
    });
  return releases;
}

function readStatement(reading: Reading, isNeeded: boolean): void {
  const { store, expected, findings } = reading;
  const path = store.freshnessPath();
  if (existsSync(path)) {
    expected.add(path);
    attempt(reading, path, () => {
      const bytes = readBytes(path, MAX_FRESHNESS_BYTES);
      underAnyRoot(reading, (root) => openFreshness(root, bytes));
    });
  } else if (isNeeded)
    findings.push(`${relative(store.dir, path)}: is gone, and there are releases`);
}

function checkTrustFile(reading: Reading): void {
  const path = reading.store.trustPath();
  attempt(reading, path, () => {
    const bytes = readBytes(path, MAX_ROOT_BYTES);
    if (!reading.roots.some(({ envelope }) => bytes.equals(envelope)))
      throw new FedshotError('trust', 'not one of the roots');
  });
}

/** The file that remembers enrolled sites: signed by nobody, but it can say one thing only. */
function enrolledMemory(dir: string): string[] {
  const path = join(dir, MEMORY_FILE);
  const isOne = existsSync(path) && readBytes(path, MEMORY.length).equals(Buffer.from(MEMORY));
  return isOne ? [path] : [];
}

/** Finds files that belong to nothing. @returns bytes of all files */
function checkFiles({ store: { dir }, expected, findings }: Reading): number {
  const lock = join(dir, 'metadata', '.lock'); // of who publishes at this moment
  let bytes = 0;
  for (const path of files(dir)) {
    const stat = lstatSync(path);
    bytes += stat.size;
    if (!expected.has(path) && path !== lock)
      findings.push(`${relative(dir, path)}: belongs to no signed release`);
    else if (!stat.isFile()) findings.push(`${relative(dir, path)}: a link, or no regular file`);
  }
  findings.push(...foreignFolders(dir, [...expected, lock]));
  return bytes;
}

const logKeysOf = ({ roles, keys }: Root): [id: string, key: Uint8Array][] =>
  roles.log.keyids.flatMap((id) => {
    const key = keys.get(id);
    return key ? [[id, key]] : [];
  });

function readObject(store: Store, digest: string): Buffer | undefined {
  const path = store.objectPath(digest);
  if (!existsSync(path)) return undefined;
  try {
    const found = readBytes(path, MAX_CHUNK_BYTES);
    return sha256(found) === digest ? found : undefined;
  } catch {
    return undefined; // a pipe, a folder, more than a chunk can have
  }
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
