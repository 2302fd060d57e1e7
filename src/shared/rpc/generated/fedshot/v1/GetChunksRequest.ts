// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for chunks of one release.
 */
export interface GetChunksRequest {
  /**
   * SHA-256 of the manifest's envelope, as the freshness statement names it.
   */
  'manifest'?: (Buffer | Uint8Array | string);
  /**
   * Which chunks, counted through all files of the manifest from 0. Strictly ascending, so that the
   * order says nothing.
   */
  'indices'?: (number)[];
}

/**
 * Asks for chunks of one release.
 */
export interface GetChunksRequest__Output {
  /**
   * SHA-256 of the manifest's envelope, as the freshness statement names it.
   */
  'manifest': (Buffer);
  /**
   * Which chunks, counted through all files of the manifest from 0. Strictly ascending, so that the
   * order says nothing.
   */
  'indices': (number)[];
}
