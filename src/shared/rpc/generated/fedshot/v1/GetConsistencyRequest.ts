// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for a proof between two states of the log.
 */
export interface GetConsistencyRequest {
  /**
   * Leaves in the earlier state, from 1.
   */
  'size1'?: (number);
  /**
   * Leaves in the later state.
   */
  'size2'?: (number);
}

/**
 * Asks for a proof between two states of the log.
 */
export interface GetConsistencyRequest__Output {
  /**
   * Leaves in the earlier state, from 1.
   */
  'size1': (number);
  /**
   * Leaves in the later state.
   */
  'size2': (number);
}
