import { present } from '../shared/present.js';
import { type InspectedLog, inspectLog, TransparencyLog } from '../shared/log/index.js';
import { type Keyring, logTrust, type Root, type Signer, Store } from '../shared/release/index.js';

/** By default the log of a store's server lies beside the store, and is as public as the store. */
export const logDir = (store: string): string => `${store}-log`;

/** The log keys that any of these roots names, by key id. */
export const logKeys = (roots: readonly Root[]): ReadonlyMap<string, Uint8Array> =>
  new Map(roots.flatMap((root) => [...logTrust(root).keys]));

/** The log key of the store's newest root that is here. @throws FedshotError `trust` without one */
export async function logSigner(store: string, keyring: Keyring): Promise<Signer> {
  const [signer] = await keyring.signers('log', new Store(store).newestRoot().roles.log);
  return present(signer, 'the log key');
}

/**
 * Opens the transparency log of a server, signed with the log key of the store's newest root. After a
 * change of that key the log goes on; the checkpoint that the old key signed last closes its part.
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
  const roots = new Store(store).roots();
  const signer = await logSigner(store, keyring);
  const origin = startOf(roots.at(-1));
  return TransparencyLog.open({ dir, signer, keys: logKeys(roots), origin, now });
}

/** A log that was lost as a whole begins again under its old name, which the root says. */
const startOf = (root: Root | undefined): string | undefined => {
  const last = root && logTrust(root).recoveries.at(-1);
  return last?.size === 0 ? last.origin : undefined;
};

/** A log as its server would take it up, without changing anything. Throws as `inspectLog`. */
export const inspectTransparency = (store: string, dir = logDir(store)): InspectedLog =>
  inspectLog(dir, logKeys(new Store(store).roots()));
