import { FedshotError } from '../../shared/errors.js';
import { quoted } from '../../shared/json.js';
import { present } from '../../shared/present.js';
import {
  assertPinnable,
  keyId,
  type Keyring,
  type RoleName,
  type RootDocument,
  sealRoot,
  type StoredKey,
  Store,
} from '../../shared/release/index.js';
import { ROOT_DAYS } from './init.js';
import { finishRoot, type RootChange, type RootOutcome } from './root.js';
import { lifetime } from '../publish/publish.js';
import { finishRootChange } from '../roots/finish.js';
import { overtaken } from '../roots/publish.js';
import { type Asked, renewed, resumed, revoked, rotated } from '../roots/resume.js';

export interface RotateOptions extends RootChange {
  role: RoleName;
  /** Public keys in hex whose private halves are elsewhere; without them new ones are made here. */
  publicKeys?: readonly string[];
  /** How many keys of the role must sign from now on; by default as before. */
  threshold?: number;
}

/**
 * Replaces every key of a role in root N+1. Releases are published again under a new release key; no
 * site transfers anything for that.
 *
 * @returns the new root, or a draft when keys that have to sign it are elsewhere
 * @throws FedshotError `trust` for a key that must not be trusted, `format` for a threshold that
 *   cannot be met
 */
export async function rotateKeys(options: RotateOptions): Promise<RootOutcome> {
  const { role, keyring, now, publicKeys = [], threshold: wanted } = options;
  const done = await finishedAs(options, rotated(role, publicKeys, wanted));
  if (done) return done;
  const old = new Store(options.store).newestRoot().document;
  const keys = [...publicKeys];
  if (keys.length === 0)
    for (let i = 0; i < old.roles[role].keyids.length; i++)
      keys.push((await keyring.create(role, now)).public);
  const threshold = wanted ?? old.roles[role].threshold;
  return changeRoot(options, withKeys(old, role, keys, threshold));
}

/**
 * Takes keys out of the root, whatever their role. A role left with fewer keys than have to sign gets
 * new ones, made here. What a site was told by a revoked key alone, it forgets.
 *
 * @throws FedshotError `not-found` for a key that the root does not name
 */
export async function revokeKeys(
  options: RootChange & { keyids: readonly string[] },
): Promise<RootOutcome> {
  const done = await finishedAs(options, revoked(options.keyids));
  if (done) return done;
  let document: RootDocument = new Store(options.store).newestRoot().document;
  for (const prefix of options.keyids) {
    const { role, keyid } = findKey(document, prefix);
    const { keyids, threshold } = document.roles[role];
    const { keys } = document;
    const kept = keyids
      .filter((id) => id !== keyid)
      .map((id) => present(keys[id], `key ${id} of the root`).public);
    if (kept.length < threshold)
      kept.push((await options.keyring.create(role, options.now)).public);
    document = withKeys(document, role, kept, threshold);
  }
  return changeRoot(options, document);
}

/** Signs the root anew as it is, so that it holds for another year. */
export async function renewRoot(options: RootChange): Promise<RootOutcome> {
  const done = await finishedAs(options, renewed);
  return done ?? changeRoot(options, new Store(options.store).newestRoot().document);
}

/** Finishes a change that was interrupted; its outcome, when it is the one that is asked for again. */
export async function finishedAs(
  options: RootChange,
  asked: Asked,
): Promise<RootOutcome | undefined> {
  const store = new Store(options.store);
  const root = store.newestRoot();
  const staged = store.stagedRoot(root);
  // Root keys may lie where no other key is: what is left undone is then for those who have them. A root
  // that is not public yet may be finished without the keys of the one before.
  const { freshness } = staged?.roles ?? root.roles;
  if ((await options.keyring.available(freshness)).length < freshness.threshold) return undefined;
  return resumed(await finishRootChange(options), asked);
}

/** Makes a key without giving it a role: its public half goes to whoever rotates. */
export function createKey(keyring: Keyring, role: RoleName, now: Date): Promise<StoredKey> {
  return keyring.create(role, now);
}

/**
 * Signs a changed root with the root keys that are here.
 *
 * @param changed the document of the newest root with its changes, and still with its version: one that
 *   was made from an older root would undo what was published since
 * @throws FedshotError `format`, `trust`; `usage` when another root was published in the meantime
 */
export async function changeRoot(options: RootChange, changed: RootDocument): Promise<RootOutcome> {
  const { keyring, now } = options;
  const old = new Store(options.store).newestRoot();
  if (changed.version !== old.version) throw overtaken();
  const document = { ...changed, version: old.version + 1, ...lifetime(now, ROOT_DAYS) };
  const signers = [
    ...(await keyring.available(old.roles.root)),
    ...(await keyring.available(document.roles.root)),
  ];
  const once = new Map(signers.map((signer) => [signer.keyid, signer]));
  return finishRoot(options, sealRoot(document, [...once.values()]));
}

/** The root with exactly these keys in the role. */
function withKeys(
  document: RootDocument,
  role: RoleName,
  publicKeys: readonly string[],
  threshold: number,
): RootDocument {
  const keys = { ...document.keys };
  for (const keyid of document.roles[role].keyids) Reflect.deleteProperty(keys, keyid);
  const keyids = publicKeys.map((hex) => {
    if (!/^[0-9a-f]{64}$/i.test(hex))
      throw new FedshotError('usage', `not a public key: ${quoted(hex)}`, {
        hint: 'give the 64 hex digits that fedshot keys create printed',
      });
    const bytes = Buffer.from(hex, 'hex');
    assertPinnable(bytes);
    keys[keyId(bytes)] = { type: 'ed25519', public: hex.toLowerCase() };
    return keyId(bytes);
  });
  return { ...document, keys, roles: { ...document.roles, [role]: { keyids, threshold } } };
}

function findKey(document: RootDocument, prefix: string): { role: RoleName; keyid: string } {
  const found = Object.entries(document.roles).flatMap(([role, { keyids }]) =>
    keyids
      .filter((keyid) => keyid.startsWith(prefix))
      .map((keyid) => ({ role: role as RoleName, keyid })),
  );
  const [key, ...others] = found;
  if (key && others.length === 0 && prefix.length >= 8) return key;
  throw new FedshotError('not-found', `no key ${JSON.stringify(prefix)} in the root`, {
    hint: 'give at least 8 digits of a key id; fedshot keys show lists them',
  });
}
