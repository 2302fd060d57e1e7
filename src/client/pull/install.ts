import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { fsyncDir, makeFolder, sweepTemporary } from '../../shared/files.js';
import type { Release } from '../../shared/release/index.js';
import { readHint } from './cache.js';
import { currentRelease, MANIFEST_FILE, partialDir, releaseDir, setCurrent } from './home.js';

// All of this is done by the one pull of the release that is under way.

async function isFile(path: string, size: number, sha256: string): Promise<boolean> {
  const handle = await open(path);
  try {
    if ((await handle.stat()).size !== size) return false;
    const hash = createHash('sha256');
    for await (const part of handle.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 }))
      hash.update(part as Buffer);
    return hash.digest('hex') === sha256;
  } finally {
    await handle.close();
  }
}

/** Whether every byte of this release stands under its final name. */
export async function isWhole(home: string, release: Release): Promise<boolean> {
  const dir = releaseDir(home, release.name, release.version);
  try {
    if (!(await readFile(join(dir, MANIFEST_FILE))).equals(release.envelope)) return false;
    for (const { path, size, sha256 } of release.files)
      if (!(await isFile(join(dir, path), size, sha256))) return false;
    return true;
  } catch {
    return false; // nothing pulled yet, or a file of it is gone
  }
}

/** Points to a release that is whole, where a pull was ended before it could. @throws FedshotError `io` */
export function point(home: string, release: Release): void {
  if (currentDigest(home, release.name) !== release.digest) setCurrent(home, release);
}

function currentDigest(home: string, name: string): string | undefined {
  try {
    return currentRelease(home, name).digest;
  } catch {
    return undefined; // none yet, or a damaged one, which the next pull replaces
  }
}

/**
 * Moves a whole release from where it was put together to its final name, and points to it. Where a
 * damaged one stands, its files are replaced one by one: each is the old or the new one, and no file
 * of a release that is good is ever away.
 */
export function install(home: string, release: Release): void {
  const from = partialDir(home, release.digest);
  const to = releaseDir(home, release.name, release.version);
  try {
    makeFolder(dirname(to));
    if (existsSync(to)) {
      for (const name of [...release.files.map(({ path }) => path), MANIFEST_FILE])
        renameSync(join(from, name), join(to, name));
      fsyncDir(to);
    } else renameSync(from, to);
    fsyncDir(dirname(to));
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot move ${release.name} ${release.version} to ${to}`);
  }
  setCurrent(home, release);
}

/** Removes what earlier pulls of this name have left: half of this version or of an older one. */
export function sweepPartial(home: string, { name, version, digest }: Release): void {
  const folder = dirname(partialDir(home, digest));
  const versions = dirname(releaseDir(home, name, version));
  if (existsSync(versions)) sweepTemporary(versions);
  for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
    const left = readHint(join(folder, entry));
    const isOurs = entry.startsWith(digest) || (left?.name === name && left.version <= version);
    if (isOurs) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}
