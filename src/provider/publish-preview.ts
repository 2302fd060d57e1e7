import { existsSync } from 'node:fs';
import type { Card } from '../shared/model/card/index.js';
import { readModel } from '../shared/model/folder.js';
import { assertReleaseName, RELEASE_FILES, Store } from '../shared/release/index.js';
import { cutFile, sizeOf } from './publish-cut.js';
import { currentListing } from './publish-freshness.js';
import type { Published } from './publish.js';

/** What publishing a model would put before the sites. */
export interface Preview extends Pick<
  Published,
  'name' | 'version' | 'chunks' | 'bytes' | 'newBytes'
> {
  dryRun: true;
  /** All that the release would say of the held-out data; null where it says nothing. */
  card: Card | null;
}

/**
 * Looks at what `publishRelease` would publish. Needs no keys and writes nothing.
 *
 * @throws FedshotError as `publishRelease` does for the name, the store and the model's files
 */
export function previewRelease(options: {
  modelDir: string;
  name: string;
  store: string;
}): Preview {
  const { modelDir, name } = options;
  assertReleaseName(name);
  const store = new Store(options.store);
  const { releases } = currentListing(store, store.newestRoot());
  const missing = new Map<string, number>();
  const files = RELEASE_FILES.map((path) =>
    cutFile(modelDir, path, ({ sha256, size }) => {
      if (!existsSync(store.objectPath(sha256))) missing.set(sha256, size);
    }),
  );
  return {
    ...{ dryRun: true, name },
    version: (Object.hasOwn(releases, name) ? releases[name]!.version : 0) + 1,
    ...sizeOf(files),
    newBytes: [...missing.values()].reduce((sum, size) => sum + size, 0),
    card: readModel(modelDir).config.card ?? null,
  };
}
