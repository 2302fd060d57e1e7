import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { isTemporary, makeFolder } from '../../shared/files.js';
import {
  type Keyring,
  openRoot,
  type Root,
  type RootDocument,
  ROLES,
  sealRoot,
  type StoredKey,
  Store,
} from '../../shared/release/index.js';
import { withLock } from '../../shared/lock.js';
import {
  beginInit,
  endInit,
  type Initialized,
  initialized,
  isUnfinishedInit,
  resumeInit,
} from './init-resume.js';
import { createAuthority } from '../provision/certificates.js';
import { issueServerTls, sealAuthority } from './tls.js';
import { lifetime } from '../publish/publish.js';
import { writeFreshness } from '../publish/freshness.js';

export type { Initialized } from './init-resume.js';

/** How long a root may go without being renewed by its keys. */
export const ROOT_DAYS = 365;

export interface InitOptions {
  /** Folder of the store; must hold no root yet. */
  store: string;
  /** Its folder must hold no keys yet. */
  keyring: Keyring;
  now: Date;
  /** Names and addresses, besides this machine's own, under which sites reach the server. */
  hosts?: readonly string[];
  /** How many root keys to make (default 1), and how many of them have to sign (default 1). */
  rootKeys?: number;
  rootThreshold?: number;
}

/**
 * Makes a provider: signing keys, a certificate authority with a server's certificate, root 1 and an
 * empty list of releases. Never touches keys or a store that exist. One that was interrupted is begun
 * anew by running it again: nothing of it was handed out.
 *
 * @throws FedshotError `usage` when there is a store or keys already, or a threshold cannot be met
 */
export async function initProvider(options: InitOptions): Promise<Initialized> {
  const { keyring, rootKeys = 1, rootThreshold = 1 } = options;
  const store = new Store(options.store);
  assertAbsent(store, keyring.dir);
  if (rootThreshold > rootKeys)
    throw new FedshotError(
      'usage',
      `${rootThreshold} of ${rootKeys} root keys can never sign together`,
    );
  await keyring.sealer(); // without a passphrase nothing is begun
  makeFolder(keyring.dir, 0o700);
  return withLock(join(keyring.dir, '.lock'), async () => {
    assertAbsent(store, keyring.dir);
    const done = resumeInit(store, keyring);
    if (done) return done;
    beginInit(store, keyring);
    const made = await makeProvider(store, options);
    endInit(keyring);
    return made;
  });
}

async function makeProvider(store: Store, options: InitOptions): Promise<Initialized> {
  const { keyring, now, hosts = [], rootKeys = 1, rootThreshold = 1 } = options;
  const keys: StoredKey[] = [];
  for (const role of ROLES)
    for (let i = 0; i < (role === 'root' ? rootKeys : 1); i++)
      keys.push(await keyring.createHeld(role, now));
  const authority = await createAuthority('fedshot provider', now);
  await sealAuthority(keyring, authority);
  const names = [...new Set([...hosts, 'localhost', '127.0.0.1', '::1', hostname()])];
  await issueServerTls(keyring, authority, names as [string, ...string[]], now);

  const document: RootDocument = {
    version: 1,
    ...lifetime(now, ROOT_DAYS),
    keys: Object.fromEntries(
      keys.map((key) => [key.keyid, { type: 'ed25519', public: key.public }]),
    ),
    roles: {
      root: roleOf(keys, 'root', rootThreshold),
      release: roleOf(keys, 'release'),
      log: roleOf(keys, 'log'),
      freshness: roleOf(keys, 'freshness'),
    },
    tls: { ca: [authority.cert] },
  };
  const root = await publishFirstRoot(store, keyring, document);
  const signers = await keyring.signers('freshness', root.roles.freshness);
  writeFreshness(store, root, { version: 0, releases: {} }, { signers, now });
  return initialized(store, keyring, root);
}

async function publishFirstRoot(
  store: Store,
  keyring: Keyring,
  document: RootDocument,
): Promise<Root> {
  const signers = await keyring.signers('root', document.roles.root);
  const envelope = sealRoot(document, signers);
  const root = openRoot(envelope);
  store.writeRoot(root.version, envelope);
  return root;
}

function roleOf(keys: readonly StoredKey[], role: StoredKey['role'], threshold = 1) {
  const keyids = keys.filter((key) => key.role === role).map((key) => key.keyid);
  return { keyids, threshold };
}

/** What an init that was killed before it had said so may have left. */
const isOfInit = (name: string): boolean => name === '.lock' || isTemporary(name);

function assertAbsent(store: Store, keysDir: string): void {
  if (isUnfinishedInit(keysDir, store)) return;
  if (existsSync(join(store.dir, 'metadata')))
    throw new FedshotError('usage', `${store.dir} is a store already; nothing was changed`, {
      hint: 'fedshot keys rotate replaces its keys; another store needs another folder',
    });
  if (existsSync(keysDir) && readdirSync(keysDir).some((name) => !isOfInit(name)))
    throw new FedshotError('usage', `${keysDir} is not empty; nothing was changed`, {
      hint: 'keys are never overwritten: choose another folder with --keys',
    });
}
