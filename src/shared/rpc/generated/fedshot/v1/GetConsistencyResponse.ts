// Original file: proto/fedshot/v1/releases.proto


/**
 * The proof of RFC 6962 section 2.1.2.
 */
export interface GetConsistencyResponse {
  /**
   * SHA-256 hashes, 32 bytes each.
   */
  'hashes'?: (Buffer | Uint8Array | string)[];
}

/**
 * The proof of RFC 6962 section 2.1.2.
 */
export interface GetConsistencyResponse__Output {
  /**
   * SHA-256 hashes, 32 bytes each.
   */
  'hashes': (Buffer)[];
}
