import { existsSync, statSync } from 'node:fs';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { openManifest, type Release, Store, verifyChunk } from '../../shared/release/index.js';

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
 * @throws FedshotError `expired` for a list that no client would accept; `digest` or `signature` for
 *   a store that was damaged
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

  let [newObjects, newBytes] = [0, 0];
  const releases: Release[] = [];
  for (const [name, entry] of Object.entries(freshness.releases)) {
    const release = openManifest(root, readBytes(from.manifestPath(name, entry.version)));
    if (release.digest !== entry.sha256)
      throw new FedshotError('digest', `${name} ${entry.version} is not the one that is listed`);
    for (const chunk of release.chunks) {
      if (statSync(to.objectPath(chunk.sha256), { throwIfNoEntry: false })?.size === chunk.size)
        continue;
      const bytes = readBytes(from.objectPath(chunk.sha256));
      verifyChunk(chunk, bytes);
      to.writeObject(chunk, bytes);
      newObjects++;
      newBytes += bytes.length;
    }
    writeFileAtomic(to.manifestPath(name, entry.version), release.envelope);
    releases.push(release);
  }
  try {
    for (let version = 1; version <= root.version; version++)
      if (!existsSync(to.rootPath(version)) || version === root.version)
        to.writeRoot(version, readBytes(from.rootPath(version)));
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot copy the roots to ${out}`);
  }
  writeFileAtomic(to.freshnessPath(), readBytes(from.freshnessPath()));
  return {
    folder: out,
    releases: releases.map(({ name, version, digest }) => ({ name, version, digest })),
    ...{ newObjects, newBytes, freshUntil: freshness.expires },
  };
}
