// Original file: proto/fedshot/v1/releases.proto


/**
 * The freshness statement.
 */
export interface GetFreshnessResponse {
  /**
   * A DSSE envelope.
   */
  'envelope'?: (Buffer | Uint8Array | string);
}

/**
 * The freshness statement.
 */
export interface GetFreshnessResponse__Output {
  /**
   * A DSSE envelope.
   */
  'envelope': (Buffer);
}
