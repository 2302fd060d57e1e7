import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { Store } from '../../shared/release/store.js';
import { INCOMPLETE, type Source } from './source.js';

/** A store, or a static export of one, in a local folder. @throws FedshotError `not-found` */
export function folderSource(dir: string): Source {
  if (!existsSync(join(dir, 'metadata')))
    throw new FedshotError('not-found', `no store in ${dir}`, {
      hint: 'a store has the folders metadata and objects; for a server give HOST:PORT or https://…',
    });
  const store = new Store(dir);
  let metadataBytes = 0;
  const count = <T extends Uint8Array | undefined>(bytes: T): T => {
    metadataBytes += bytes?.length ?? 0;
    return bytes;
  };
  return {
    name: dir,
    lanes: 1,
    close: () => undefined,
    get metadataBytes() {
      return metadataBytes;
    },
    root: async (version, maxBytes) => count(await store.root(version, maxBytes)),
    freshness: async (maxBytes) => count(await store.freshness(maxBytes)),
    manifest: async (name, version, maxBytes) =>
      count(await store.manifest(name, version, maxBytes)),
    async *chunks(release, indices) {
      try {
        yield* store.chunks(release, indices);
      } catch (cause) {
        if (!(cause instanceof FedshotError) || cause.code !== 'not-found') throw cause;
        throw new FedshotError('not-found', cause.message, { hint: INCOMPLETE, cause });
      }
    },
  };
}
