// Original file: proto/fedshot/v1/releases.proto


/**
 * One version of the root.
 */
export interface GetRootResponse {
  /**
   * A DSSE envelope.
   */
  'envelope'?: (Buffer | Uint8Array | string);
}

/**
 * One version of the root.
 */
export interface GetRootResponse__Output {
  /**
   * A DSSE envelope.
   */
  'envelope': (Buffer);
}
