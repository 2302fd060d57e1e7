import { TransparencyLog } from '../shared/log/index.js';
import { type Keyring, type Root, Store } from '../shared/release/index.js';

/** The log of a store's server, unless told otherwise: beside the store, as public as that. */
export const logDir = (store: string): string => `${store}-log`;

/** The log keys that a root names, by key id. */
export const logKeys = ({ keys, roles }: Root): ReadonlyMap<string, Uint8Array> =>
  new Map(roles.log.keyids.map((id) => [id, keys.get(id)!]));

/**
 * Opens the transparency log of a server, signed with the log key of the store's newest root.
 *
 * @throws FedshotError `trust` without that key, `log` for a log that lost leaves or has a writer
 */
export async function openTransparency(options: {
  store: string;
  keyring: Keyring;
  dir?: string;
  now: () => Date;
}): Promise<TransparencyLog> {
  const { store, keyring, dir = logDir(store), now } = options;
  const root = new Store(store).newestRoot();
  const [signer] = await keyring.signers('log', root.roles.log);
  return TransparencyLog.open({ dir, signer: signer!, keys: logKeys(root), now });
}
