import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import { withLockSync } from '../../shared/lock.js';
import {
  openManifest,
  type Release,
  type ReleaseEntry,
  type Root,
  Store,
  verifyChunk,
} from '../../shared/release/index.js';
import { lockPath } from '../publish/freshness.js';

export interface ExportOptions {
  /** Folder of the store. */
  store: string;
  /** Folder that a web server or object store will serve; a former export is brought up to date. */
  out: string;
  now: Date;
}

export interface Exported {
  folder: string;
  releases: { name: string; version: number; digest: string }[];
  /** Objects that were not there yet, and their bytes. */
  newObjects: number;
  newBytes: number;
  /** When the list of releases has to be exported again, signed anew. */
  freshUntil: string;
}

/**
 * Copies what is on offer, and nothing else that may lie in the store, into a folder of static files.
 * Every byte is verified on its way, and the list of releases is written last: a client that comes in
 * between sees the old list, whole.
 *
 * An export that was killed is completed by the next, and what is damaged there is replaced.
 *
 * @throws FedshotError `expired` for a list that no client would accept; `usage` for a folder that holds
 *   something else; `digest` or `signature` for a store that was damaged
 */
export function exportStore({ store, out, now }: ExportOptions): Exported {
  const [from, to] = [new Store(store), new Store(out)];
  const root = from.newestRoot();
  const freshness = from.currentFreshness(root);
  if (!freshness)
    throw new FedshotError('not-found', `${store} lists no releases yet`, {
      hint: 'publish one first: fedshot provider publish',
    });
  if (Date.parse(freshness.expires) <= now.getTime())
    throw new FedshotError('expired', `${store}: its list of releases expired`, {
      hint: 'sign it again first: fedshot provider refresh',
    });
  assertExport(from, to);
  return withLockSync(lockPath(to), () => {
    for (const dir of foldersOf(out)) sweepTemporary(dir); // of an export that was killed
    const copied = Object.entries(freshness.releases).map(([name, entry]) =>
      copyRelease(from, to, root, name, entry),
    );
    copyRoots(from, to, root);
    replace(to.freshnessPath(), readBytes(from.freshnessPath()));
    return {
      folder: out,
      releases: copied.map(({ release: { name, version, digest } }) => ({ name, version, digest })),
      newObjects: copied.reduce((n, { objects }) => n + objects, 0),
      newBytes: copied.reduce((n, { bytes }) => n + bytes, 0),
      freshUntil: freshness.expires,
    };
  });
}

/** Refuses a folder that is something else than a former export of this store. */
function assertExport(from: Store, to: Store): void {
  const refused = (why: string): FedshotError =>
    new FedshotError('usage', `${to.dir} ${why}; nothing was written`, {
      hint: 'give a folder that is empty, does not exist yet, or holds a former export of this store',
    });
  if (!existsSync(to.dir)) return;
  if (realpathSync(to.dir) === realpathSync(from.dir)) throw refused('is the store itself');
  const used = readdirSync(to.dir).filter((name) => !name.startsWith('.'));
  if (used.length > 0 && !used.includes('metadata') && !used.includes('objects'))
    throw refused('holds other files');
  const first = to.rootPath(1);
  if (existsSync(first) && !readBytes(first).equals(readBytes(from.rootPath(1))))
    throw refused("is another provider's");
}

/** A folder and all below it, as far as it is there. */
const foldersOf = (dir: string): string[] =>
  existsSync(dir)
    ? [
        dir,
        ...readdirSync(dir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => join(entry.parentPath, entry.name)),
      ]
    : [];

function copyRelease(
  from: Store,
  to: Store,
  root: Root,
  name: string,
  { version, sha256 }: ReleaseEntry,
): { release: Release; objects: number; bytes: number } {
  const release = openManifest(root, readBytes(from.manifestPath(name, version)));
  if (release.digest !== sha256)
    throw new FedshotError('digest', `${name} ${version} is not the one that is listed`);
  let [objects, bytes] = [0, 0];
  for (const chunk of release.chunks) {
    if (to.holdsObject(chunk)) continue;
    const found = readBytes(from.objectPath(chunk.sha256));
    verifyChunk(chunk, found);
    to.writeObject(chunk, found);
    objects++;
    bytes += found.length;
  }
  replace(to.manifestPath(name, version), release.envelope);
  return { release, objects, bytes };
}

/** The newest root is what sites pin, and so the last. */
function copyRoots(from: Store, to: Store, root: Root): void {
  for (let version = 1; version <= root.version; version++)
    replace(to.rootPath(version), readBytes(from.rootPath(version)));
  replace(to.trustPath(), root.envelope);
}

/** Writes a file unless it is there, bit for bit. @throws FedshotError `io` */
function replace(file: string, bytes: Uint8Array): void {
  if (existsSync(file) && readBytes(file).equals(bytes)) return;
  writeFileAtomic(file, bytes);
}
