import { existsSync } from 'node:fs';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import {
  openManifest,
  type Release,
  type ReleaseContent,
  type ReleaseEntry,
  type Root,
  type Store,
} from '../../shared/release/index.js';

const DAY_MS = 86_400_000;
/** With less than this left, or half of its life, the same files are published again: sites go on pulling. */
const RENEW_DAYS = 30;

type Files = ReleaseContent['files'];

/** A manifest that this root's keys signed; undefined when it is missing, damaged or another root's. */
function openAt(store: Store, root: Root, name: string, version: number): Release | undefined {
  const path = store.manifestPath(name, version);
  if (!existsSync(path)) return undefined;
  try {
    return openManifest(root, readBytes(path));
  } catch (error) {
    if (error instanceof FedshotError && error.code !== 'io') return undefined;
    throw error;
  }
}

/** The version that is listed, if its manifest is there as it was listed. */
export function openListedRelease(
  store: Store,
  root: Root,
  name: string,
  { version, sha256 }: ReleaseEntry,
): Release | undefined {
  const release = openAt(store, root, name, version);
  return release?.digest === sha256 ? release : undefined;
}

/** Whether a release has exactly these files. */
export const sameFiles = (release: Release, files: Files): boolean =>
  files.length === release.files.length &&
  files.every(({ path, sha256 }, i) => {
    const other = release.files[i];
    return other?.path === path && other.sha256 === sha256;
  });

/** Whether a release may be pulled for a while yet. */
export const isLasting = (life: Life, now: Date): boolean =>
  Date.parse(life.expires) - now.getTime() >= Math.min(RENEW_DAYS * DAY_MS, lifeOf(life) / 2);

type Life = Pick<Release, 'created' | 'expires'>;
const lifeOf = ({ created, expires }: Life): number => Date.parse(expires) - Date.parse(created);

/** Bytes of the chunks that a site with the version before does not have. */
export function newBytesOf(files: Files, before: Release | undefined): number {
  const had = new Set(before?.chunks.map(({ sha256 }) => sha256));
  const fresh = new Map<string, number>();
  for (const { sha256, size } of files.flatMap(({ chunks }) => chunks))
    if (!had.has(sha256)) fresh.set(sha256, size);
  return [...fresh.values()].reduce((sum, size) => sum + size, 0);
}

/**
 * The next version of these very files, if a publish signed it and was killed before it was listed.
 * Any other manifest of that version is replaced: nobody was offered it.
 */
export function leftBefore(
  store: Store,
  root: Root,
  {
    name,
    files,
    previous,
    created,
    expires,
  }: Omit<ReleaseContent, 'version' | 'previous'> & { previous: ReleaseEntry | undefined },
  now: Date,
): ReleaseEntry | undefined {
  const version = (previous?.version ?? 0) + 1;
  const left = openAt(store, root, name, version);
  if (!left || left.name !== name || left.version !== version) return undefined;
  const asLong = lifeOf(left) === lifeOf({ created, expires });
  const follows = left.previous?.sha256 === previous?.sha256;
  if (!asLong || !follows || !isLasting(left, now) || !sameFiles(left, files)) return undefined;
  return { version, sha256: left.digest, size: left.envelope.length };
}
