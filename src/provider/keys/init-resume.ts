/** An init that was interrupted: a file in the folder of keys says so until everything is in place. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { fsyncDir, readBytes, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import { tidyStore } from '../publish/tidy.js';
import { type Keyring, type Root, type StoredKey, Store } from '../../shared/release/index.js';

export interface Initialized {
  /** SHA-256 of root 1, hex: what a site compares over another channel before it pins it. */
  fingerprint: string;
  /** The file to hand to sites. */
  trustFile: string;
  keysDir: string;
  keys: StoredKey[];
  expires: string;
}

/** Holds the path of the store that is being made. */
const marker = (keysDir: string): string => join(keysDir, 'init-unfinished');

/** Whether these keys are of an init of this store that has not ended. */
export const isUnfinishedInit = (keysDir: string, store: Store): boolean =>
  existsSync(marker(keysDir)) && readBytes(marker(keysDir)).toString() === store.dir;

export const initialized = (store: Store, keyring: Keyring, root: Root): Initialized => ({
  fingerprint: root.fingerprint,
  trustFile: store.trustPath(),
  keysDir: keyring.dir,
  keys: keyring.list(),
  expires: root.document.expires,
});

/** Ends an init that was interrupted when all was in place; undefined when it has to begin anew. */
export function resumeInit(store: Store, keyring: Keyring): Initialized | undefined {
  const root = isUnfinishedInit(keyring.dir, store) ? wholeRoot(store) : undefined;
  if (!root) return undefined;
  tidyStore(store);
  sweepTemporary(keyring.dir);
  endInit(keyring);
  return initialized(store, keyring, root);
}

/** The newest root of a store that lacks nothing. */
function wholeRoot(store: Store): Root | undefined {
  try {
    const root = store.newestRoot();
    return store.currentFreshness(root) && existsSync(store.trustPath()) ? root : undefined;
  } catch (error) {
    if (error instanceof FedshotError) return undefined;
    throw error;
  }
}

/** Marks what is made from now on as unfinished, and removes what an earlier attempt has made. */
export function beginInit(store: Store, keyring: Keyring): void {
  if (isUnfinishedInit(keyring.dir, store)) clear(store, keyring);
  else sweepTemporary(keyring.dir);
  writeFileAtomic(marker(keyring.dir), store.dir, 0o600);
}

/** Nothing of it was handed out: there was no list that a site could have verified. */
function clear(store: Store, keyring: Keyring): void {
  for (const name of readdirSync(keyring.dir))
    if (/^(?:[a-z]+-[0-9a-f]{16}\.json|tls)$/.test(name))
      rmSync(join(keyring.dir, name), { recursive: true });
  sweepTemporary(keyring.dir);
  sweepTemporary(store.dir);
  rmSync(join(store.dir, 'metadata'), { recursive: true, force: true });
  rmSync(store.trustPath(), { force: true });
}

export function endInit(keyring: Keyring): void {
  rmSync(marker(keyring.dir));
  fsyncDir(keyring.dir);
}
