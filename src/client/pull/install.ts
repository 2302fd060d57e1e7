import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { fsyncDir } from '../../shared/files.js';
import type { Release } from '../../shared/release/index.js';
import { currentRelease, partialDir, releaseDir, setCurrent } from './home.js';

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 }))
    hash.update(part as Buffer);
  return hash.digest('hex');
}

/** Whether this release is here and in use, to the last byte. */
export async function isInstalled(home: string, release: Release): Promise<boolean> {
  try {
    if (currentRelease(home, release.name).digest !== release.digest) return false;
    const dir = releaseDir(home, release.name, release.version);
    for (const { path, size, sha256 } of release.files) {
      const file = join(dir, path);
      if ((await stat(file)).size !== size || (await fileDigest(file)) !== sha256) return false;
    }
    return true;
  } catch {
    return false; // nothing pulled yet, or a file of it is gone
  }
}

/** Moves a whole release from where it was put together to its final name, and points to it. */
export function install(home: string, release: Release): void {
  const from = partialDir(home, release.digest);
  const to = releaseDir(home, release.name, release.version);
  const damaged = `${from}.damaged`;
  try {
    mkdirSync(dirname(to), { recursive: true });
    rmSync(damaged, { recursive: true, force: true });
    if (existsSync(to)) renameSync(to, damaged);
    renameSync(from, to);
    fsyncDir(dirname(to));
    rmSync(damaged, { recursive: true, force: true });
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot move ${release.name} ${release.version} to ${to}`);
  }
  setCurrent(home, release);
}
