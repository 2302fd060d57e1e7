import {
  type Keyring,
  ROLES,
  type RoleName,
  type StoredKey,
  Store,
} from '../../shared/release/index.js';
import { describeServerTls } from './tls.js';

/** Everything about a provider's keys that is no secret. */
export interface KeyReport {
  root: { version: number; fingerprint: string; expires: string };
  roles: { role: RoleName; threshold: number; keys: { keyid: string; file?: string }[] }[];
  /** Keys in the folder that the root gives no role: retired ones, or not yet in use. */
  unused: StoredKey[];
  /** The certificate that the server shows; undefined where its files are elsewhere. */
  server?: { hosts: string[]; expires: string };
}

/** Shows a provider's keys without opening any. @throws FedshotError `not-found`, `format` */
export function showKeys(store: string, keyring: Keyring): KeyReport {
  const { document, fingerprint } = new Store(store).newestRoot();
  const here = new Map(keyring.list().map((key) => [key.keyid, key]));
  const roles = ROLES.map((role) => {
    const { keyids, threshold } = document.roles[role];
    return {
      role,
      threshold,
      keys: keyids.map((keyid) => ({ keyid, file: here.get(keyid)?.file })),
    };
  });
  const used = new Set(Object.keys(document.keys));
  return {
    root: { version: document.version, fingerprint, expires: document.expires },
    roles,
    unused: [...here.values()].filter((key) => !used.has(key.keyid)),
    server: describeServerTls(keyring),
  };
}
