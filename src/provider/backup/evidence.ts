import { existsSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import {
  assertOutside,
  dropEmptyFolders,
  entriesOf,
  EVIDENCE_FILE,
  findPrivate,
  sealEvidence,
  type HandedFile,
} from '../../shared/evidence/index.js';
import { readBytes, writeNewFile } from '../../shared/files.js';
import { formatTime, MAX_CHUNK_BYTES, sha256, Store } from '../../shared/release/index.js';
import { logDir } from '../transparency.js';
import { backupProvider } from './backup.js';
import { type LogSnapshot, type SnapshotOptions, whole } from './snapshot.js';

export interface ProviderEvidence {
  /** Version of the newest root. */
  root: number;
  /** undefined for a provider that has not served yet. */
  log?: LogSnapshot;
  files: number;
  bytes: number;
  /** Id of the log key that has signed the index; absent where it is not here. */
  signedBy?: string;
}

/**
 * Copies what a provider shows everybody for an auditor, `store` and `log` as of one moment, with an
 * index that the log key signs where it is at hand. No keys and no sites are in it.
 *
 * @param out a folder that is not there yet
 * @throws FedshotError `usage`, `io`, `log`, `not-found`; `data` for a key or samples in the store
 */
export async function providerEvidence(
  options: SnapshotOptions & { software: string },
  out: string,
): Promise<ProviderEvidence> {
  const { keyring, software, now, dir = logDir(options.store) } = options;
  assertOutside(out, [options.store, dir, keyring.dir]);
  return whole(out, async (temp) => {
    const copy = join(temp, 'copy');
    const { root, log } = await backupProvider({ ...options, withKeys: false }, copy);
    for (const name of ['store', 'log'])
      if (existsSync(join(copy, name))) renameSync(join(copy, name), join(temp, name));
    rmdirSync(copy);
    const found = findPrivate(temp);
    if (found)
      throw new FedshotError('data', `${found.path} holds ${found.holds}; nothing was written`, {
        hint: 'whoever pulls can see it as well: move it away, and use that key no more',
      });
    dropEmptyFolders(temp);
    const files = filesOf(temp);
    const [signer] = await keyring.available(new Store(options.store).newestRoot().roles.log);
    const made = formatTime(now());
    const index = sealEvidence(
      { of: 'provider', software, made, stays: [], unknown: [], gone: [], files },
      signer,
    );
    writeNewFile(join(temp, EVIDENCE_FILE), index, 0o600);
    return {
      root,
      log,
      files: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      signedBy: signer?.keyid,
    };
  });
}

/** Nothing in a store or a log is larger than a chunk may be. */
const filesOf = (dir: string): HandedFile[] =>
  entriesOf(dir)
    .filter(({ kind }) => kind !== 'folder')
    .map(({ path }) => {
      const bytes = readBytes(join(dir, path), MAX_CHUNK_BYTES);
      return { path, size: bytes.length, sha256: sha256(bytes) };
    });
