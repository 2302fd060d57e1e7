import { existsSync } from 'node:fs';
import { readBytes } from '../../shared/files.js';
import {
  MAX_FRESHNESS_BYTES,
  openFreshness,
  type Freshness,
  type Release,
  type Root,
  type Store,
  surplusOf,
  type Surplus,
} from '../../shared/release/index.js';
import { authorityFaults } from '../certificate.js';

const WORDS: Record<Surplus, string> = {
  envelope: 'its JSON is not the one that its envelope has',
  payload: 'its JSON is not the one that what it says has: white space, escapes, the order of keys',
  signature: 'a signature that is of no key of the roots, or stands there twice',
};

/** What a signed file holds beside what it says; see `surplusOf`. */
export function surplusFault(
  bytes: Uint8Array,
  form: Parameters<typeof surplusOf>[1],
  roots: readonly Root[],
): string[] {
  const surplus = surplusOf(bytes, form, roots);
  return surplus ? [WORDS[surplus]] : [];
}

/** A statement names manifests that are there, and nothing else. */
export function freshnessFaults(
  { releases: named, root }: Freshness,
  releases: readonly Release[],
  roots: readonly Root[],
): string[] {
  const wrong = Object.entries(named).filter(
    ([name, { version, sha256, size }]) =>
      !releases.some(
        (one) =>
          one.name === name &&
          one.version === version &&
          one.digest === sha256 &&
          one.envelope.length === size,
      ),
  );
  return [
    ...wrong.map(([name, { version }]) => `names a ${name} ${version} that is not there`),
    ...(roots.some(({ version }) => version === root) ? [] : [`names a root ${root}`]),
  ];
}

/** Signed files can carry more than what is signed; this lists such surplus, by file. */
export function metadataFaults(
  store: Store,
  published: readonly Root[],
  releases: readonly Release[],
  staged?: Root,
): Map<string, string[]> {
  const faults = new Map<string, string[]>();
  const roots = staged ? [...published, staged] : published;
  for (const root of roots)
    faults.set(root === staged ? store.stagedPath() : store.rootPath(root.version), [
      ...surplusFault(root.envelope, 'root', roots),
      ...authorityFaults(root),
    ]);
  for (const release of releases) {
    const { name, version, previous, envelope } = release;
    const before = releases.find((one) => one.name === name && one.version === version - 1);
    faults.set(store.manifestPath(name, version), [
      ...surplusFault(envelope, 'manifest', roots),
      ...(previous?.sha256 === before?.digest
        ? []
        : [`names another version before it than the one that is there`]),
    ]);
  }
  const path = store.freshnessPath();
  if (existsSync(path)) faults.set(path, statementFaults(readOrNothing(path), roots, releases));
  return faults;
}

/** What cannot be read is found where the store is read. */
function readOrNothing(path: string): Uint8Array {
  try {
    return readBytes(path, MAX_FRESHNESS_BYTES);
  } catch {
    return Buffer.alloc(0);
  }
}

/** All that is wrong with the bytes of a freshness statement that one of the roots vouches for. */
export function statementFaults(
  bytes: Uint8Array,
  roots: readonly Root[],
  releases: readonly Release[],
): string[] {
  for (const root of roots)
    try {
      const statement = openFreshness(root, bytes);
      return [
        ...surplusFault(bytes, 'freshness', roots),
        ...freshnessFaults(statement, releases, roots),
      ];
    } catch {
      continue; // under another root
    }
  return []; // what does not verify is found where it is read
}
