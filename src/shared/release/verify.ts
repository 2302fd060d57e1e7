import { FedshotError } from '../errors.js';
import type { MetadataFetcher } from './fetcher.js';
import { sha256 } from './fields.js';
import { type Freshness, openFreshness } from './freshness.js';
import {
  MAX_FRESHNESS_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_ROOT_BYTES,
  MAX_ROOT_STEPS,
} from './limits.js';
import { openManifest, type Release } from './manifest.js';
import { verifyNextRoot } from './root.js';
import { isAhead } from './time.js';
import { assertNotOlder, rememberSeen, type SeenByKey, type TrustState } from './state.js';

export interface VerifyRequest {
  /** The one time that every expiry is judged by. */
  now: Date;
  /** Called with each new state as soon as it is trusted, so that a crash forgets nothing. */
  save?: (state: TrustState) => void;
}

export interface VerifiedRelease {
  release: Release;
  state: TrustState;
}

/**
 * The whole way from a pinned root to a release that may be loaded once its chunks have passed
 * {@link verifyChunk}. Every byte from `fetcher` is an attacker's until the step that says otherwise.
 *
 * @throws FedshotError `signature`, `format`, `limit`, `digest`, `trust`, `rollback`, `expired`,
 *   `not-found`; `network` and `io` from the fetcher
 */
export async function verifyRelease(
  fetcher: MetadataFetcher,
  trusted: TrustState,
  name: string,
  request: VerifyRequest,
): Promise<VerifiedRelease> {
  // 1 and 2. Who may sign, and what is current.
  const { freshness, state: current } = await verifyFreshness(fetcher, trusted, request);

  // 3. The release must be one that the provider lists, and no older than the newest seen.
  const entry = listedRelease(current, freshness, name);

  // The manifest must be the very file that is listed, signed for release, and say the same of itself.
  const bytes = await fetcher.manifest(name, entry.version, entry.size);
  const { release, state } = acceptManifest(current, freshness, name, bytes, request.now);
  request.save?.(state);
  return { release, state };
}

/** Steps 1 and 2 alone: brings root and freshness up to date. Throws as {@link verifyRelease}. */
export async function verifyFreshness(
  fetcher: MetadataFetcher,
  trusted: TrustState,
  request: VerifyRequest,
): Promise<{ freshness: Freshness; state: TrustState }> {
  // 1. Follow the roots, each vouched for by the one before, to the newest there is.
  const rooted = await followRoots(fetcher, trusted, request);

  // 2. The statement of what is current must be signed, recent, and no older than the last one seen.
  const bytes = await fetcher.freshness(MAX_FRESHNESS_BYTES);
  const accepted = acceptFreshness(rooted, bytes, request.now);
  request.save?.(accepted.state);
  return accepted;
}

/** Step 1. */
export async function followRoots(
  fetcher: Pick<MetadataFetcher, 'root'>,
  trusted: TrustState,
  { now, save }: VerifyRequest,
): Promise<TrustState> {
  let state = trusted;
  for (let step = 0; ; step++) {
    if (step === MAX_ROOT_STEPS)
      throw new FedshotError('limit', `more than ${MAX_ROOT_STEPS} roots at once`);
    const bytes = await fetcher.root(state.root.version + 1, MAX_ROOT_BYTES);
    if (bytes === undefined) break;
    state = { ...state, root: verifyNextRoot(state.root, bytes) };
    save?.(state);
  }
  assertTimely(state.root.document, now, `root ${state.root.version}`, EXPIRED.root);
  return state;
}

/** Step 2, over bytes that have arrived. */
export function acceptFreshness(
  state: TrustState,
  bytes: Uint8Array,
  now: Date,
): { freshness: Freshness; state: TrustState } {
  const { root } = state;
  const freshness = openFreshness(root, bytes);
  const { version, digest, signedBy } = freshness;
  assertTimely(freshness, now, 'freshness statement', EXPIRED.freshness);
  assertNotOlder(state.freshness, root.roles.freshness, { version, digest }, 'freshness statement');
  if (freshness.root > root.version)
    throw new FedshotError(
      'rollback',
      `the provider has root ${freshness.root}, the source shows no newer one than ${root.version}`,
      { hint: 'try again, or another source' },
    );
  const seen = rememberSeen(state.freshness, root.roles.freshness, { version, digest }, signedBy);
  return { freshness, state: { ...state, freshness: seen } };
}

/** Step 3 before the manifest is asked for: what is listed under the name. */
export function listedRelease(
  state: TrustState,
  freshness: Freshness,
  name: string,
): Freshness['releases'][string] {
  const entry = Object.hasOwn(freshness.releases, name) ? freshness.releases[name] : undefined;
  if (entry === undefined)
    throw new FedshotError('not-found', `the provider lists no release named ${name}`, {
      hint: `it lists: ${Object.keys(freshness.releases).join(', ') || 'none'}`,
    });
  if (entry.size > MAX_MANIFEST_BYTES)
    throw new FedshotError('limit', `${name}: a manifest of ${entry.size} bytes`);
  assertNotOlder(seenReleases(state, name), state.root.roles.release, seenOf(entry), name);
  return entry;
}

/** Step 3, over a manifest that has arrived. */
export function acceptManifest(
  state: TrustState,
  freshness: Freshness,
  name: string,
  bytes: Uint8Array,
  now: Date,
): VerifiedRelease {
  const entry = listedRelease(state, freshness, name);
  const what = `manifest of ${name} ${entry.version}`;
  if (bytes.length > entry.size)
    throw new FedshotError('limit', `${what}: more than its ${entry.size} bytes arrived`);
  if (sha256(bytes) !== entry.sha256)
    throw new FedshotError('digest', `${what}: it is not the one that the provider lists`, {
      hint: 'the source mixes files of different times; try again, or another source',
    });
  const release = openManifest(state.root, bytes);
  if (release.name !== name || release.version !== entry.version)
    throw new FedshotError('trust', `${what}: it is that of ${release.name} ${release.version}`);
  assertTimely(release, now, what, EXPIRED.release);
  const role = state.root.roles.release;
  const seen = rememberSeen(seenReleases(state, name), role, seenOf(entry), release.signedBy);
  return { release, state: { ...state, releases: { ...state.releases, [name]: seen } } };
}

// A release may be called `constructor`.
const seenReleases = (state: TrustState, name: string): SeenByKey =>
  (Object.hasOwn(state.releases, name) ? state.releases[name] : undefined) ?? {};
const seenOf = (entry: { version: number; sha256: string }) => ({
  version: entry.version,
  digest: entry.sha256,
});

/**
 * @param expired what a person can do once it has expired
 * @throws FedshotError `expired`
 */
function assertTimely(
  { created, expires }: { readonly created: string; readonly expires: string },
  now: Date,
  what: string,
  expired: string,
): void {
  if (Date.parse(expires) <= now.getTime())
    throw new FedshotError('expired', `${what} expired on ${expires.slice(0, 10)}, at ${expires}`, {
      hint: expired,
    });
  if (isAhead(created, now))
    throw new FedshotError('expired', `${what}: dated ${created}, which is in the future`, {
      hint: "set this machine's clock; if it is right, the provider's was wrong: ask for it to be signed again",
    });
}

const EXPIRED = {
  root: 'ask the provider to renew it (fedshot keys renew); this site then follows by itself, or with the newer trust.json',
  freshness:
    'the source is out of date, or the provider’s server has not run for a week: try another source, or ask the provider (fedshot provider refresh)',
  release: 'ask the provider to publish it again (fedshot provider publish)',
} as const;
