// Original file: proto/fedshot/v1/releases.proto


/**
 * One chunk.
 */
export interface GetChunksResponse {
  /**
   * The bytes whose SHA-256 the manifest gives, at most 1 MiB.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * One chunk.
 */
export interface GetChunksResponse__Output {
  /**
   * The bytes whose SHA-256 the manifest gives, at most 1 MiB.
   */
  'data': (Buffer);
}
