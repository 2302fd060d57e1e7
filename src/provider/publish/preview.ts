import type { Card } from '../../shared/model/card/index.js';
import type { ModelConfig } from '../../shared/model/config.js';
import { readModel } from '../../shared/model/folder.js';
import {
  assertReleaseName,
  RELEASE_FILES,
  type ReleaseContent,
  type ReleaseTensor,
  Store,
} from '../../shared/release/index.js';
import { assertExpected, cutFile, sizeOf } from './cut.js';
import { currentListing } from './freshness.js';
import { isLasting, openListedRelease, newBytesOf, sameFiles } from './previous.js';
import { lifetime, RELEASE_DAYS, type Published } from './publish.js';

/** A tensor as the manifest names it. */
export interface PublishedTensor extends Pick<ReleaseTensor, 'dtype' | 'shape' | 'sha256'> {
  file: string;
  name: string;
}

/** All that publishing a model would put before the sites. */
export interface Preview extends Omit<Published, 'digest' | 'freshUntil'> {
  dryRun: true;
  created: string;
  /** The version that it would follow. */
  previous: ReleaseContent['previous'] | null;
  files: { path: string; size: number; sha256: string }[];
  tensors: PublishedTensor[];
  /** `model.json`, whole. */
  model: ModelConfig;
  /** What of it is said of the held-out data; null where it says nothing. */
  card: Card | null;
}

/**
 * Looks at what `publishRelease` would publish. Needs no keys and writes nothing.
 *
 * @throws FedshotError as `publishRelease` does for the name, the store and the model's files
 */
export function previewRelease(options: {
  modelDir: string;
  expected?: ReadonlyMap<string, string>;
  name: string;
  store: string;
  now: Date;
  days?: number;
  again?: boolean;
}): Preview {
  const { modelDir, name, now, days = RELEASE_DAYS } = options;
  assertReleaseName(name);
  const store = new Store(options.store);
  const root = store.newestRoot();
  const { releases } = currentListing(store, root);
  const files = RELEASE_FILES.map((path) => cutFile(modelDir, path));
  assertExpected(modelDir, files, options.expected);
  const entry = Object.hasOwn(releases, name) ? releases[name] : undefined;
  const listed = entry && openListedRelease(store, root, name, entry);
  const same =
    listed && !options.again && sameFiles(listed, files) && isLasting(listed, now)
      ? listed
      : undefined;
  const { config } = readModel(modelDir);
  const { created, expires } = same ?? lifetime(now, days);
  return {
    dryRun: true,
    name,
    version: same?.version ?? (entry?.version ?? 0) + 1,
    created,
    expires,
    previous: same
      ? (same.previous ?? null)
      : ((entry && { version: entry.version, sha256: entry.sha256 }) ?? null),
    ...sizeOf(files),
    newBytes: newBytesOf(files, listed),
    unchanged: same !== undefined,
    files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    tensors: files.flatMap(({ path: file, tensors }) =>
      [...tensors].map(([tensor, { dtype, shape, sha256 }]) => ({
        file,
        name: tensor,
        dtype,
        shape,
        sha256,
      })),
    ),
    model: config,
    card: config.card ?? null,
  };
}
