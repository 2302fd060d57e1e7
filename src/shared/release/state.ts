import { FedshotError } from '../errors.js';
import type { Role } from './dsse.js';
import type { Root } from './root.js';

/** The newest version that a key vouched for, and the digest that it had. */
export interface Seen {
  readonly version: number;
  readonly digest: string;
}
/** By the id of the key that signed it: what a revoked key alone vouched for is forgotten with it. */
export type SeenByKey = Readonly<Record<string, Seen>>;

/** Everything that a client remembers of a provider. Immutable: every step gives a new one. */
export interface TrustState {
  /** The fingerprint of the root that a person pinned. */
  readonly pinned: string;
  /** The newest root that was verified. */
  readonly root: Root;
  readonly freshness: SeenByKey;
  /** By release name. */
  readonly releases: Readonly<Record<string, SeenByKey>>;
  /** The transparency log's last checkpoint, as its room writes it. */
  readonly checkpoint: string | undefined;
}

/** What a client that has just pinned a root knows. */
export function pinRoot(root: Root): TrustState {
  return { pinned: root.fingerprint, root, freshness: {}, releases: {}, checkpoint: undefined };
}

/**
 * Refuses an older version than any key of the role has vouched for, and other content under a version
 * that was seen.
 *
 * @throws FedshotError `rollback`
 */
export function assertNotOlder(seen: SeenByKey, role: Role, now: Seen, what: string): void {
  for (const keyid of role.keyids) {
    const known = Object.hasOwn(seen, keyid) ? seen[keyid] : undefined;
    if (known === undefined || now.version > known.version) continue;
    if (now.version < known.version)
      throw new FedshotError(
        'rollback',
        `${what}: version ${now.version} is offered where version ${known.version} was seen before`,
        { hint: 'the source is out of date or replays old files; try another source' },
      );
    if (now.digest !== known.digest)
      throw new FedshotError(
        'rollback',
        `${what}: version ${now.version} is not the version ${now.version} that was seen before`,
        {
          hint: 'two different contents have the same version; ask the provider, and keep this state as evidence',
        },
      );
  }
}

/** Remembers `now` for each key that vouched for it, and forgets keys that have left the role. */
export function rememberSeen(
  seen: SeenByKey,
  role: Role,
  now: Seen,
  signedBy: readonly string[],
): SeenByKey {
  const kept = Object.entries(seen).filter(([keyid]) => role.keyids.includes(keyid));
  return Object.fromEntries([...kept, ...signedBy.map((keyid) => [keyid, now] as const)]);
}

/**
 * Merges what two processes of one site know: the newer root, the newer of what each has seen. The
 * checkpoint stays the first's: only a process that has checked the log against it may replace it.
 *
 * @throws FedshotError `trust` when they are of two providers
 */
export function mergeTrust(before: TrustState, now: TrustState): TrustState {
  if (before.pinned !== now.pinned)
    throw new FedshotError('trust', 'another provider was pinned in the meantime', {
      hint: 'run it again if the provider that is pinned now is the one you mean',
    });
  const newer = (a: SeenByKey, b: SeenByKey): SeenByKey => {
    const kept = Object.entries(a).filter(
      ([key, seen]) => !(b[key] && b[key].version >= seen.version),
    );
    return { ...b, ...Object.fromEntries(kept) };
  };
  const names = new Set([...Object.keys(before.releases), ...Object.keys(now.releases)]);
  const ofName = (state: TrustState, name: string): SeenByKey =>
    (Object.hasOwn(state.releases, name) ? state.releases[name] : undefined) ?? {};
  return {
    pinned: now.pinned,
    root: before.root.version > now.root.version ? before.root : now.root,
    freshness: newer(before.freshness, now.freshness),
    releases: Object.fromEntries(
      [...names].map((name) => [name, newer(ofName(before, name), ofName(now, name))]),
    ),
    checkpoint: before.checkpoint,
  };
}
