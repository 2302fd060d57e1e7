// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for one manifest.
 */
export interface GetManifestRequest {
  /**
   * A release name from the signed list.
   */
  'name'?: (string);
  /**
   * The version, from 1.
   */
  'version'?: (number);
}

/**
 * Asks for one manifest.
 */
export interface GetManifestRequest__Output {
  /**
   * A release name from the signed list.
   */
  'name': (string);
  /**
   * The version, from 1.
   */
  'version': (number);
}
