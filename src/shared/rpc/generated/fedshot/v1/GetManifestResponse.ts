// Original file: proto/fedshot/v1/releases.proto


/**
 * One manifest.
 */
export interface GetManifestResponse {
  /**
   * A DSSE envelope.
   */
  'envelope'?: (Buffer | Uint8Array | string);
}

/**
 * One manifest.
 */
export interface GetManifestResponse__Output {
  /**
   * A DSSE envelope.
   */
  'envelope': (Buffer);
}
