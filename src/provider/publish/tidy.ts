import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { readBytes, sweepTemporary } from '../../shared/files.js';
import { openManifest, type Root, Store } from '../../shared/release/index.js';

const OBJECT = /^[0-9a-f]{64}$/;
const MANIFEST = /^\d+\.json$/;

/**
 * Removes what publishing left in a store when it was killed: files that are not whole, objects that no
 * manifest names, folders without files. An audit would report them, since nothing signed names them.
 * Other files are left for the audit to report. Call it under the store's lock.
 *
 * @throws FedshotError `io`
 */
export function tidyStore(store: Store): void {
  try {
    for (const dir of [...foldersBelow(store.dir), store.dir]) sweepTemporary(dir);
    removeUnnamed(store);
    for (const top of [join(store.dir, 'objects'), releasesDir(store)])
      for (const dir of foldersBelow(top)) if (readdirSync(dir).length === 0) rmdirSync(dir);
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot tidy ${store.dir}`);
  }
}

const releasesDir = (store: Store): string => join(store.dir, 'metadata', 'releases');

/** The folders below one, the deepest first. */
function foldersBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name))
    .flatMap((path) => [...foldersBelow(path), path]);
}

function removeUnnamed(store: Store): void {
  const named = namedObjects(store);
  if (!named) return;
  for (const dir of foldersBelow(join(store.dir, 'objects')))
    for (const name of readdirSync(dir))
      if (OBJECT.test(name) && store.objectPath(name) === join(dir, name) && !named.has(name))
        rmSync(join(dir, name));
}

/**
 * Digests of the objects that the store's manifests name; undefined where one cannot be read: what it
 * named must be there when it is restored.
 */
function namedObjects(store: Store): Set<string> | undefined {
  const roots = [...store.roots()].reverse();
  const named = new Set<string>();
  for (const dir of foldersBelow(releasesDir(store)))
    for (const name of readdirSync(dir).filter((file) => MANIFEST.test(file))) {
      const chunks = chunksOf(roots, join(dir, name));
      if (!chunks) return undefined;
      for (const digest of chunks) named.add(digest);
    }
  return named;
}

/** What a manifest names, whichever root's keys signed it. */
function chunksOf(roots: readonly Root[], file: string): string[] | undefined {
  for (const root of roots)
    try {
      return openManifest(root, readBytes(file)).chunks.map(({ sha256 }) => sha256);
    } catch {
      continue; // signed under another root, or damaged
    }
  return undefined;
}
