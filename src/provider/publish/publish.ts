import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import {
  assertReleaseName,
  formatTime,
  type Keyring,
  MAX_MANIFEST_BYTES,
  openManifest,
  RELEASE_FILES,
  type ReleaseContent,
  type ReleaseEntry,
  type Root,
  sealManifest,
  type Signer,
  Store,
} from '../../shared/release/index.js';
import { withLock } from '../../shared/lock.js';
import { silent, type Reporter } from '../../shared/reporter.js';
import { assertExpected, cutFile, sizeOf, storeFile } from './cut.js';
import { assertNewest, currentListing, lockPath, writeFreshness } from './freshness.js';
import { isLasting, leftBefore, openListedRelease, newBytesOf, sameFiles } from './previous.js';
import { tidyStore } from './tidy.js';

const DAY_MS = 86_400_000;
/** How long a release may be pulled without being published again. */
export const RELEASE_DAYS = 365;

export interface PublishOptions {
  /** Folder with `model.json`, `F.safetensors`, `B.safetensors` and `C.safetensors`. */
  modelDir: string;
  /** SHA-256 that these files must have, by name, as far as it is known. */
  expected?: ReadonlyMap<string, string>;
  name: string;
  /** Folder of the store. */
  store: string;
  /** Holds keys of the roles `release` and `freshness`. */
  keyring: Keyring;
  now: Date;
  /** Days until the release expires (default 365). */
  days?: number;
  /** Days until the list of releases expires (default 7). */
  freshnessDays?: number;
  /** Makes a new version also of files that are those of the version before. */
  again?: boolean;
  reporter?: Reporter;
}

export interface Published {
  name: string;
  version: number;
  /** SHA-256 of the manifest's file, hex. */
  digest: string;
  expires: string;
  /** When the list of releases has to be signed again. */
  freshUntil: string;
  chunks: number;
  bytes: number;
  /** What a site that has the version before will transfer. */
  newBytes: number;
  /** The files are those of the version that is listed, so that no other was made. */
  unchanged: boolean;
}

/**
 * Signs a model as the next version of a release and lists it. Its objects are written first and the
 * list last: until then it is not on offer. After a kill, run it again: what the killed run left is
 * completed or removed, and the result is the same.
 *
 * @throws FedshotError `usage` for a name that cannot be one, `not-found`, `format` and `data` for
 *   model files, `digest` for files that are not the expected ones, `trust` without the keys, `expired`
 *   when the root has to be renewed first
 */
export async function publishRelease(options: PublishOptions): Promise<Published> {
  const { modelDir, name, keyring, now, days = RELEASE_DAYS, reporter = silent } = options;
  assertReleaseName(name);
  const store = new Store(options.store);
  const root = store.newestRoot();
  assertCurrent(root, now);
  const release = await keyring.signers('release', root.roles.release);
  const freshness = await keyring.signers('freshness', root.roles.freshness);
  const files = RELEASE_FILES.map((path) => cutFile(modelDir, path));
  assertExpected(modelDir, files, options.expected);

  return withLock(lockPath(store), () => {
    assertNewest(store, root);
    tidyStore(store);
    const { version, releases } = currentListing(store, root);
    const previous = Object.hasOwn(releases, name) ? releases[name] : undefined;
    const listed = previous && openListedRelease(store, root, name, previous);
    for (const file of files) storeFile(store, modelDir, file);
    const common = { name, ...sizeOf(files), newBytes: newBytesOf(files, listed) };
    if (listed && !options.again && sameFiles(listed, files) && isLasting(listed, now)) {
      const freshUntil =
        store.currentFreshness(root)?.expires ??
        writeFreshness(store, root, { version, releases }, { signers: freshness, now }).expires;
      const { digest, expires } = listed;
      return { ...common, version: listed.version, digest, expires, freshUntil, unchanged: true };
    }
    reporter.note(`${name}: ${common.newBytes} new bytes`, 'publish-size', {
      release: name,
      bytes: common.newBytes,
    });
    const content = { name, files, previous, ...lifetime(now, days) };
    const signed =
      leftBefore(store, root, content, now) ?? signVersion(store, root, release, content);
    const { expires: freshUntil } = writeFreshness(
      store,
      root,
      { version, releases: { ...releases, [name]: signed } },
      { signers: freshness, now, days: options.freshnessDays },
    );
    tidyStore(store); // of what a manifest named that was replaced just now
    const { expires } = openManifest(root, readBytes(store.manifestPath(name, signed.version)));
    return {
      ...common,
      version: signed.version,
      digest: signed.sha256,
      expires,
      freshUntil,
      unchanged: false,
    };
  });
}

export function lifetime(now: Date, days: number): { created: string; expires: string } {
  const expires = new Date(now.getTime() + days * DAY_MS);
  return { created: formatTime(now), expires: formatTime(expires) };
}

type NextContent = Omit<ReleaseContent, 'version' | 'previous'> & {
  previous: ReleaseEntry | undefined;
};

/** Signs the version after `previous` and writes its manifest, once it passes a client's own checks. */
function signVersion(
  store: Store,
  root: Root,
  signers: readonly Signer[],
  content: NextContent,
): ReleaseEntry {
  const { entry, bytes } = sealVersion(root, signers, content);
  writeFileAtomic(store.manifestPath(content.name, entry.version), bytes);
  return entry;
}

/**
 * Signs the version after `previous`, for whoever writes it later.
 *
 * @throws FedshotError `limit`, `signature`, `format` for a manifest that no client would accept
 */
export function sealVersion(
  root: Root,
  signers: readonly Signer[],
  content: NextContent,
): { entry: ReleaseEntry; bytes: Uint8Array } {
  const { previous } = content;
  const version = (previous?.version ?? 0) + 1;
  const bytes = sealManifest(
    {
      ...content,
      version,
      previous: previous && { version: previous.version, sha256: previous.sha256 },
    },
    signers,
  );
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw new FedshotError('limit', `${content.name}: its manifest has ${bytes.length} bytes`, {
      hint: `at most ${MAX_MANIFEST_BYTES} are allowed: the model has too many tensors`,
    });
  const { digest } = openManifest(root, bytes);
  return { entry: { version, sha256: digest, size: bytes.length }, bytes };
}

function assertCurrent(root: Root, now: Date): void {
  if (Date.parse(root.document.expires) <= now.getTime())
    throw new FedshotError(
      'expired',
      `root ${root.version} expired at ${root.document.expires}: no site would accept this`,
      { hint: 'renew it with its keys: fedshot keys renew' },
    );
}
