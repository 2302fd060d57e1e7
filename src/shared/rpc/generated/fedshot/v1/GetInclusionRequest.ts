// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for one leaf with its proof.
 */
export interface GetInclusionRequest {
  /**
   * Leaves in the state that the proof is for.
   */
  'size'?: (number);
  /**
   * Which leaf, from 0.
   */
  'index'?: (number);
}

/**
 * Asks for one leaf with its proof.
 */
export interface GetInclusionRequest__Output {
  /**
   * Leaves in the state that the proof is for.
   */
  'size': (number);
  /**
   * Which leaf, from 0.
   */
  'index': (number);
}
