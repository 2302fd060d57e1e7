import { readBytes } from '../shared/files.js';
import {
  type Expiring,
  expiryWarnings,
  type Freshness,
  isAhead,
  type Keyring,
  openManifest,
  type Root,
  Store,
} from '../shared/release/index.js';
import { expiryOf, fingerprintOf } from './authorities.js';
import { describeServerTls } from './keys/tls.js';
import { isUnfinished } from './roots/finish.js';

/**
 * Warnings that every command on a provider shows: what has expired or will within 30 days, and what
 * was signed while a clock was wrong, each with the command that repairs it. Opens no key.
 *
 * @param keyring its folder may hold the server's certificate
 * @throws FedshotError `not-found`, `format`, `signature` for a store that cannot be read
 */
export function providerWarnings(dir: string, keyring: Keyring, now: Date): string[] {
  const store = new Store(dir);
  const root = store.newestRoot();
  const list = listOf(store, root);
  const releases = releasesOf(store, root, list);
  const server = describeServerTls(keyring);
  const all: Expiring[] = [
    {
      what: `root ${root.version}`,
      expires: root.document.expires,
      renew: `fedshot keys renew --store ${dir}`,
    },
    ...releases.map(({ name, version, expires }) => ({
      what: `${name} ${version}`,
      expires,
      renew: `fedshot provider publish --name ${name} --store ${dir}`,
    })),
    ...root.document.tls.ca.map((cert) => ({
      what: `the authority ${fingerprintOf(cert).slice(0, 16)}`,
      expires: expiryOf(cert),
      renew: `fedshot keys ca add --store ${dir}`,
    })),
  ];
  if (server)
    all.push({
      what: 'the server’s certificate',
      expires: server.expires,
      renew: `fedshot keys rotate --role server --store ${dir}`,
    });
  const torn = isUnfinished(store, root)
    ? [
        `root ${root.version} is public without the list that goes with it: the change was interrupted, run it again, or: fedshot provider refresh --store ${dir}`,
      ]
    : [];
  const staged = store.stagedRoot(root);
  if (staged && torn.length === 0)
    torn.push(
      `a change of the keys (root ${staged.version}) was interrupted: run it again, or: fedshot provider refresh --store ${dir}`,
    );
  const clock = clockWarnings(dir, root, list, releases, now);
  return [...torn, ...clock, ...expiryWarnings(all, now)];
}

/** Only whether the list can be read: that it is out of date is the server's to report. */
function listOf(store: Store, root: Root): Freshness | undefined {
  try {
    return store.currentFreshness(root);
  } catch {
    return undefined; // a change of the root was interrupted; what publishes says so
  }
}

interface Dated {
  readonly name: string;
  readonly version: number;
  readonly created: string;
  readonly expires: string;
}

function releasesOf(store: Store, root: Root, list: Freshness | undefined): Dated[] {
  return Object.entries(list?.releases ?? {}).flatMap(([name, { version }]) => {
    try {
      return [openManifest(root, readBytes(store.manifestPath(name, version)))];
    } catch {
      return []; // a damaged store: audit and publish name the file
    }
  });
}

/** Sites refuse what is dated in the future. */
function clockWarnings(
  dir: string,
  root: Root,
  list: Freshness | undefined,
  releases: readonly Dated[],
  now: Date,
): string[] {
  const signed = [
    { what: `root ${root.version}`, created: root.document.created, again: 'keys renew' },
    ...(list
      ? [{ what: 'the list of releases', created: list.created, again: 'provider refresh' }]
      : []),
    ...releases.map(({ name, version, created }) => ({
      what: `${name} ${version}`,
      created,
      again: `provider publish --name ${name}`,
    })),
  ];
  return signed
    .filter(({ created }) => isAhead(created, now))
    .map(
      ({ what, created, again }) =>
        `${what} is dated ${created}, which is in the future, so that sites refuse it: check this machine’s clock; if it is right now, sign again: fedshot ${again} --store ${dir}`,
    );
}
