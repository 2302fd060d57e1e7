import { FedshotError } from '../../shared/errors.js';
import type { Release } from '../../shared/release/index.js';
import { INCOMPLETE, type Source } from './source.js';

/**
 * Reads one file of a store by its path.
 *
 * @returns undefined when there is no such file
 * @throws FedshotError `limit` as soon as it is longer than `maxBytes`
 */
export type ReadFile = (path: string, maxBytes: number) => Promise<Uint8Array | undefined>;

/** A store as its files: a folder, or a web server. `lookahead` files are read at once. */
export function treeSource(
  name: string,
  read: ReadFile,
  lookahead: number,
  close: () => void,
): Source {
  let metadataBytes = 0;
  const metadata = async (path: string, maxBytes: number): Promise<Uint8Array | undefined> => {
    const bytes = await read(`metadata/${path}`, maxBytes);
    metadataBytes += bytes?.length ?? 0;
    return bytes;
  };
  const required = async (path: string, maxBytes: number): Promise<Uint8Array> => {
    const bytes = await metadata(path, maxBytes);
    if (bytes) return bytes;
    throw new FedshotError('not-found', `${name}: no metadata/${path}`, {
      hint: 'check the address: it has to be of the folder that fedshot provider export wrote',
    });
  };
  async function* chunks(release: Release, indices: readonly number[]): AsyncGenerator<Uint8Array> {
    const reading: Promise<Uint8Array>[] = [];
    const start = (index: number): void => {
      const { sha256, size } = release.chunks[index]!;
      const path = `objects/${sha256.slice(0, 2)}/${sha256}`;
      const bytes = read(path, size).then((found) => {
        if (found) return found;
        throw new FedshotError('not-found', `${name}: no ${path}`, { hint: INCOMPLETE });
      });
      bytes.catch(() => undefined); // it is thrown when its turn comes
      reading.push(bytes);
    };
    indices.slice(0, lookahead).forEach(start);
    for (let at = 0; at < indices.length; at++) {
      const bytes = await reading.shift()!;
      const next = indices[at + lookahead];
      if (next !== undefined) start(next);
      yield bytes;
    }
  }
  return {
    name,
    lanes: 1,
    chunks,
    close,
    get metadataBytes() {
      return metadataBytes;
    },
    root: (version, maxBytes) => metadata(`root/${version}.json`, maxBytes),
    freshness: (maxBytes) => required('freshness.json', maxBytes),
    manifest: (release, version, maxBytes) =>
      required(`releases/${release}/${version}.json`, maxBytes),
  };
}
