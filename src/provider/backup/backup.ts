import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { withLock } from '../../shared/lock.js';
import { Store } from '../../shared/release/index.js';
import { lockPath } from '../publish/freshness.js';
import { logDir } from '../transparency.js';
import { type LogSnapshot, snapshotLog, type SnapshotOptions, whole } from './snapshot.js';

export interface Backup {
  /** Version of the newest root. */
  root: number;
  /** undefined for a provider that has not served yet. */
  log?: LogSnapshot;
  /** How many signing keys are in it, sealed as they are in the folder of keys. */
  keys: number;
}

/**
 * Copies a provider while its server runs or not: `store`, `log` and `keys`, each as of one moment.
 *
 * @param out a folder that is not there yet
 * @param options.withKeys whether the folder of keys, with the sites, is copied as well
 * @throws FedshotError `not-found`, `io`, `log`
 */
export async function backupProvider(
  options: SnapshotOptions & { withKeys: boolean },
  out: string,
): Promise<Backup> {
  const { keyring, withKeys, dir = logDir(options.store) } = options;
  const store = new Store(options.store);
  const root = store.newestRoot().version;
  for (const folder of [store.dir, keyring.dir, dir])
    if (join(out, '/').startsWith(join(folder, '/')))
      throw new FedshotError('usage', `${out} is in ${folder}, which is to be copied`, {
        hint: 'give a folder elsewhere, best on another disk',
      });
  return whole(out, async (temp) => {
    await withLock(lockPath(store), () => copyFolder(store.dir, join(temp, 'store')));
    if (withKeys && existsSync(keyring.dir)) copyFolder(keyring.dir, join(temp, 'keys'));
    const logged = existsSync(join(dir, 'checkpoint'));
    const log = logged ? await snapshotLog(options, join(temp, 'log')) : undefined;
    return { root, log, keys: withKeys ? keyring.list().length : 0 };
  });
}

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** All of a folder but locks and what is half-written. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => basename(path) !== '.lock' && !TEMPORARY.test(basename(path)),
  });
}
