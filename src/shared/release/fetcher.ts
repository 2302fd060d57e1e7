import type { Release } from './manifest.js';

/**
 * Where the bytes of a store come from: gRPC, HTTPS or a folder. None of them is trusted.
 *
 * Every method stops reading after `maxBytes` and throws FedshotError `limit`; throws `not-found`
 * when the source says that there is no such thing (except `root`) and `network` or `io` when it
 * cannot be reached.
 */
export interface MetadataFetcher {
  /** The envelope of a root, or undefined when there is none of that version. */
  root(version: number, maxBytes: number): Promise<Uint8Array | undefined>;
  freshness(maxBytes: number): Promise<Uint8Array>;
  manifest(name: string, version: number, maxBytes: number): Promise<Uint8Array>;
}

export interface Fetcher extends MetadataFetcher {
  /**
   * Chunks of a release that was verified.
   *
   * @param indices strictly ascending positions in `release.chunks`
   * @returns one array of bytes per index, in that order, none longer than its chunk; not yet verified
   */
  chunks(release: Release, indices: readonly number[]): AsyncIterable<Uint8Array>;
}
