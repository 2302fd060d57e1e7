// Original file: proto/fedshot/v1/releases.proto


/**
 * The log's checkpoint.
 */
export interface GetCheckpointResponse {
  /**
   * A signed note of three lines (C2SP tlog-checkpoint).
   */
  'note'?: (Buffer | Uint8Array | string);
}

/**
 * The log's checkpoint.
 */
export interface GetCheckpointResponse__Output {
  /**
   * A signed note of three lines (C2SP tlog-checkpoint).
   */
  'note': (Buffer);
}
