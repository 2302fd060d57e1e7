// Original file: proto/fedshot/v1/releases.proto


/**
 * Asks for the freshness statement.
 */
export interface GetFreshnessRequest {
}

/**
 * Asks for the freshness statement.
 */
export interface GetFreshnessRequest__Output {
}
