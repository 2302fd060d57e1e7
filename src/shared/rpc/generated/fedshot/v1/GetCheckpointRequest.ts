// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for the log's checkpoint.
 */
export interface GetCheckpointRequest {
}

/**
 * Asks for the log's checkpoint.
 */
export interface GetCheckpointRequest__Output {
}
