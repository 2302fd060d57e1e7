// Original file: proto/fedshot/v1/releases.proto


/**
 * The proof of RFC 6962 section 2.1.1.
 */
export interface GetInclusionResponse {
  /**
   * The leaf as it was hashed.
   */
  'leaf'?: (Buffer | Uint8Array | string);
  /**
   * SHA-256 hashes, 32 bytes each, from the leaf up.
   */
  'hashes'?: (Buffer | Uint8Array | string)[];
}

/**
 * The proof of RFC 6962 section 2.1.1.
 */
export interface GetInclusionResponse__Output {
  /**
   * The leaf as it was hashed.
   */
  'leaf': (Buffer);
  /**
   * SHA-256 hashes, 32 bytes each, from the leaf up.
   */
  'hashes': (Buffer)[];
}
