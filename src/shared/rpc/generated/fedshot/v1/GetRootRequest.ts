// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for one version of the root.
 */
export interface GetRootRequest {
  /**
   * The version, from 1.
   */
  'version'?: (number);
}

/**
 * Asks for one version of the root.
 */
export interface GetRootRequest__Output {
  /**
   * The version, from 1.
   */
  'version': (number);
}
