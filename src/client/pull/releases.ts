import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { decodeModel, type Model } from '../../shared/model/folder.js';
import { openManifest, sha256 } from '../../shared/release/index.js';
import type { ReleaseId } from '../adaptation/adapt.js';
import { currentRelease, MANIFEST_FILE } from './home.js';
import { readTrust } from '../trust/trust.js';

/**
 * The pulled version of a release that is in use, verified again from the pinned root to the last
 * byte: what lies on a disk between a pull and its use is no more trusted than what came by wire.
 *
 * @throws FedshotError `not-found` before a pull, `trust`, `signature`, `digest` or `format` when
 *   something has changed since or is missing
 */
export function openRelease(home: string, name: string): { model: Model; id: ReleaseId } {
  const { version, digest, dir } = currentRelease(home, name);
  const file = join(dir, MANIFEST_FILE);
  const release = openManifest(readTrust(home).root, bytesOf(file));
  if (release.digest !== digest || release.name !== name || release.version !== version)
    throw changed(file, 'it is not the manifest of the release in use');
  // What is decoded are the bytes that were hashed: a file may be replaced between two readings.
  const verified = new Map<string, Buffer>();
  for (const { path, sha256: expected } of release.files) {
    const bytes = bytesOf(join(dir, path));
    if (sha256(bytes) !== expected)
      throw changed(join(dir, path), 'its SHA-256 is not the signed one');
    verified.set(path, bytes);
  }
  const model = decodeModel(dir, (path) => verified.get(path) ?? Buffer.alloc(0));
  return { model, id: { name, version, digest } };
}

function bytesOf(file: string): Buffer {
  try {
    return readBytes(file);
  } catch (error) {
    if (asFedshotError(error, 'io').code !== 'not-found') throw error;
    throw changed(file, 'it is missing');
  }
}

const changed = (file: string, why: string): FedshotError =>
  new FedshotError('digest', `${file} has changed since it was pulled: ${why}`, {
    hint: 'pull it again: what does not match is fetched anew',
  });
