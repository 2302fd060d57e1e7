import { dirname } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { type Freshness, Keyring, type Root, Store } from '../../shared/release/index.js';
import { openServerTls } from '../keys/tls.js';
import { providerWarnings } from '../expiry.js';
import { isUnfinished } from '../roots/finish.js';
import { refreshStore } from '../roots/refresh.js';
import { reason } from './renew.js';

/** What a server needs of its provider's secrets; no more can be had through this. */
export interface ServerSecrets {
  /** A keyring with the keys of the role `log` alone. */
  logKeys(): Promise<Keyring>;
  /** The certificate that the server shows, and its key, PEM. */
  tls(): Promise<{ cert: string; key: string }>;
  /** Signs the list of releases anew, where that is due. */
  renewFreshness(): Promise<unknown>;
  /** What has expired or soon will; opens no key. */
  warnings(now: Date): string[];
}

interface Office {
  store: string;
  keyring: Keyring;
  now: () => Date;
}

/** The secrets of a provider whose keys this process can open itself. */
export function ownSecrets({ store, keyring, now }: Office): ServerSecrets {
  return {
    logKeys: () => Promise.resolve(keyring),
    tls: () => openServerTls(keyring),
    renewFreshness: () => refreshStore({ store, keyring, now: now() }),
    warnings: (at) => providerWarnings(store, keyring, at),
  };
}

type Question = 'log keys' | 'server certificate' | 'renew freshness';
/** Asks a question of the process outside. */
type Ask = (question: string) => Promise<string>;

/**
 * Answers, outside the sandbox, what a confined server asks. An attacker who has taken the server over
 * gets the log key and the TLS key, and can have the present list of releases signed again when it grows
 * old. The passphrase and all other keys stay here.
 *
 * @param open makes the keyring when the first question comes, so that a passphrase is asked for late
 */
export function answersServer(store: string, open: () => Keyring, now: () => Date): Ask {
  let keyring: Keyring | undefined;
  return async (question) => {
    keyring ??= open();
    switch (question as Question) {
      case 'log keys': {
        const { log } = new Store(store).newestRoot().roles;
        const seeds = await keyring.seedsFor('log', log);
        return seeds.map((seed) => Buffer.from(seed).toString('hex')).join(' ');
      }
      case 'server certificate':
        return JSON.stringify(await openServerTls(keyring));
      case 'renew freshness':
        if (isDue(store, now())) await refreshStore({ store, keyring, now: now() });
        return '';
      default:
        throw new FedshotError('denied', 'a server may not ask for that');
    }
  };
}

/** Whether the list has to be signed again: checked here too, by the same rules as in the server. */
function isDue(dir: string, now: Date): boolean {
  const store = new Store(dir);
  const root = store.newestRoot();
  return isUnfinished(store, root) || reason(listOf(store, root), root.version, now) !== undefined;
}

function listOf(store: Store, root: Root): Freshness | undefined {
  try {
    return store.currentFreshness(root);
  } catch (error) {
    if (error instanceof FedshotError && error.code === 'signature') return undefined;
    throw error;
  }
}

/**
 * Those of a confined server, which asks for them.
 *
 * @param tls folder `tls` in which its certificate can be seen; `dir`, of the keys, is for messages
 */
export function askedSecrets(
  ask: Ask,
  { store, dir, tls }: { store: string; dir: string; tls: string },
): ServerSecrets {
  const sealer = (): Promise<never> =>
    Promise.reject(new FedshotError('trust', 'a confined server opens no keys'));
  const shown = new Keyring({ dir: dirname(tls), sealer });
  const question = (word: Question): Promise<string> => ask(word);
  return {
    async logKeys() {
      const words = (await question('log keys')).split(' ').filter((word) => word !== '');
      const seeds = words.map((word) => Buffer.from(word, 'hex'));
      return new Keyring({ dir, sealer, seeds });
    },
    tls: async () =>
      JSON.parse(await question('server certificate')) as { cert: string; key: string },
    renewFreshness: () => question('renew freshness'),
    warnings: (now) => providerWarnings(store, shown, now),
  };
}
