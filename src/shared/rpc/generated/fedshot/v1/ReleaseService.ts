// Original file: proto/fedshot/v1/releases.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetCheckpointRequest as _fedshot_v1_GetCheckpointRequest, GetCheckpointRequest__Output as _fedshot_v1_GetCheckpointRequest__Output } from '../../fedshot/v1/GetCheckpointRequest.js';
import type { GetCheckpointResponse as _fedshot_v1_GetCheckpointResponse, GetCheckpointResponse__Output as _fedshot_v1_GetCheckpointResponse__Output } from '../../fedshot/v1/GetCheckpointResponse.js';
import type { GetChunksRequest as _fedshot_v1_GetChunksRequest, GetChunksRequest__Output as _fedshot_v1_GetChunksRequest__Output } from '../../fedshot/v1/GetChunksRequest.js';
import type { GetChunksResponse as _fedshot_v1_GetChunksResponse, GetChunksResponse__Output as _fedshot_v1_GetChunksResponse__Output } from '../../fedshot/v1/GetChunksResponse.js';
import type { GetConsistencyRequest as _fedshot_v1_GetConsistencyRequest, GetConsistencyRequest__Output as _fedshot_v1_GetConsistencyRequest__Output } from '../../fedshot/v1/GetConsistencyRequest.js';
import type { GetConsistencyResponse as _fedshot_v1_GetConsistencyResponse, GetConsistencyResponse__Output as _fedshot_v1_GetConsistencyResponse__Output } from '../../fedshot/v1/GetConsistencyResponse.js';
import type { GetFreshnessRequest as _fedshot_v1_GetFreshnessRequest, GetFreshnessRequest__Output as _fedshot_v1_GetFreshnessRequest__Output } from '../../fedshot/v1/GetFreshnessRequest.js';
import type { GetFreshnessResponse as _fedshot_v1_GetFreshnessResponse, GetFreshnessResponse__Output as _fedshot_v1_GetFreshnessResponse__Output } from '../../fedshot/v1/GetFreshnessResponse.js';
import type { GetInclusionRequest as _fedshot_v1_GetInclusionRequest, GetInclusionRequest__Output as _fedshot_v1_GetInclusionRequest__Output } from '../../fedshot/v1/GetInclusionRequest.js';
import type { GetInclusionResponse as _fedshot_v1_GetInclusionResponse, GetInclusionResponse__Output as _fedshot_v1_GetInclusionResponse__Output } from '../../fedshot/v1/GetInclusionResponse.js';
import type { GetManifestRequest as _fedshot_v1_GetManifestRequest, GetManifestRequest__Output as _fedshot_v1_GetManifestRequest__Output } from '../../fedshot/v1/GetManifestRequest.js';
import type { GetManifestResponse as _fedshot_v1_GetManifestResponse, GetManifestResponse__Output as _fedshot_v1_GetManifestResponse__Output } from '../../fedshot/v1/GetManifestResponse.js';
import type { GetRootRequest as _fedshot_v1_GetRootRequest, GetRootRequest__Output as _fedshot_v1_GetRootRequest__Output } from '../../fedshot/v1/GetRootRequest.js';
import type { GetRootResponse as _fedshot_v1_GetRootResponse, GetRootResponse__Output as _fedshot_v1_GetRootResponse__Output } from '../../fedshot/v1/GetRootResponse.js';

/**
 * Serves what is in a store of signed releases, and takes nothing in. A request is a version, a name
 * from the signed list, a digest or indices: there is no field a client could put data of its own
 * into. Metadata comes as the exact bytes that were signed (DSSE envelopes); nothing that this
 * service says is to be believed unless it verifies under the pinned root.
 * 
 * A failed call ends in a gRPC status whose message is one word of a fixed list, never free text.
 */
export interface ReleaseServiceClient extends grpc.Client {
  /**
   * What the transparency log of this server has signed last.
   */
  GetCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  GetCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  GetCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  GetCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  /**
   * What the transparency log of this server has signed last.
   */
  getCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  getCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  getCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  getCheckpoint(argument: _fedshot_v1_GetCheckpointRequest, callback: grpc.requestCallback<_fedshot_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Chunks of one release, in the order asked for, one message each.
   */
  GetChunks(argument: _fedshot_v1_GetChunksRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_fedshot_v1_GetChunksResponse__Output>;
  GetChunks(argument: _fedshot_v1_GetChunksRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_fedshot_v1_GetChunksResponse__Output>;
  /**
   * Chunks of one release, in the order asked for, one message each.
   */
  getChunks(argument: _fedshot_v1_GetChunksRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_fedshot_v1_GetChunksResponse__Output>;
  getChunks(argument: _fedshot_v1_GetChunksRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_fedshot_v1_GetChunksResponse__Output>;
  
  /**
   * The proof that one state of the log is the beginning of another.
   */
  GetConsistency(argument: _fedshot_v1_GetConsistencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  GetConsistency(argument: _fedshot_v1_GetConsistencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  GetConsistency(argument: _fedshot_v1_GetConsistencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  GetConsistency(argument: _fedshot_v1_GetConsistencyRequest, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The proof that one state of the log is the beginning of another.
   */
  getConsistency(argument: _fedshot_v1_GetConsistencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getConsistency(argument: _fedshot_v1_GetConsistencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getConsistency(argument: _fedshot_v1_GetConsistencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getConsistency(argument: _fedshot_v1_GetConsistencyRequest, callback: grpc.requestCallback<_fedshot_v1_GetConsistencyResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The current freshness statement: every release's newest version and manifest digest.
   */
  GetFreshness(argument: _fedshot_v1_GetFreshnessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  GetFreshness(argument: _fedshot_v1_GetFreshnessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  GetFreshness(argument: _fedshot_v1_GetFreshnessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  GetFreshness(argument: _fedshot_v1_GetFreshnessRequest, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The current freshness statement: every release's newest version and manifest digest.
   */
  getFreshness(argument: _fedshot_v1_GetFreshnessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  getFreshness(argument: _fedshot_v1_GetFreshnessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  getFreshness(argument: _fedshot_v1_GetFreshnessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  getFreshness(argument: _fedshot_v1_GetFreshnessRequest, callback: grpc.requestCallback<_fedshot_v1_GetFreshnessResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * One leaf of the log, and the proof that it stands where it is said to.
   */
  GetInclusion(argument: _fedshot_v1_GetInclusionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  GetInclusion(argument: _fedshot_v1_GetInclusionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  GetInclusion(argument: _fedshot_v1_GetInclusionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  GetInclusion(argument: _fedshot_v1_GetInclusionRequest, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * One leaf of the log, and the proof that it stands where it is said to.
   */
  getInclusion(argument: _fedshot_v1_GetInclusionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  getInclusion(argument: _fedshot_v1_GetInclusionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  getInclusion(argument: _fedshot_v1_GetInclusionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  getInclusion(argument: _fedshot_v1_GetInclusionRequest, callback: grpc.requestCallback<_fedshot_v1_GetInclusionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The signed manifest of one release.
   */
  GetManifest(argument: _fedshot_v1_GetManifestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  GetManifest(argument: _fedshot_v1_GetManifestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  GetManifest(argument: _fedshot_v1_GetManifestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  GetManifest(argument: _fedshot_v1_GetManifestRequest, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The signed manifest of one release.
   */
  getManifest(argument: _fedshot_v1_GetManifestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  getManifest(argument: _fedshot_v1_GetManifestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  getManifest(argument: _fedshot_v1_GetManifestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  getManifest(argument: _fedshot_v1_GetManifestRequest, callback: grpc.requestCallback<_fedshot_v1_GetManifestResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The root of a version. NOT_FOUND when there is none, which is how a client finds the newest.
   */
  GetRoot(argument: _fedshot_v1_GetRootRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  GetRoot(argument: _fedshot_v1_GetRootRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  GetRoot(argument: _fedshot_v1_GetRootRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  GetRoot(argument: _fedshot_v1_GetRootRequest, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The root of a version. NOT_FOUND when there is none, which is how a client finds the newest.
   */
  getRoot(argument: _fedshot_v1_GetRootRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  getRoot(argument: _fedshot_v1_GetRootRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  getRoot(argument: _fedshot_v1_GetRootRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  getRoot(argument: _fedshot_v1_GetRootRequest, callback: grpc.requestCallback<_fedshot_v1_GetRootResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Serves what is in a store of signed releases, and takes nothing in. A request is a version, a name
 * from the signed list, a digest or indices: there is no field a client could put data of its own
 * into. Metadata comes as the exact bytes that were signed (DSSE envelopes); nothing that this
 * service says is to be believed unless it verifies under the pinned root.
 * 
 * A failed call ends in a gRPC status whose message is one word of a fixed list, never free text.
 */
export interface ReleaseServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * What the transparency log of this server has signed last.
   */
  GetCheckpoint: grpc.handleUnaryCall<_fedshot_v1_GetCheckpointRequest__Output, _fedshot_v1_GetCheckpointResponse>;
  
  /**
   * Chunks of one release, in the order asked for, one message each.
   */
  GetChunks: grpc.handleServerStreamingCall<_fedshot_v1_GetChunksRequest__Output, _fedshot_v1_GetChunksResponse>;
  
  /**
   * The proof that one state of the log is the beginning of another.
   */
  GetConsistency: grpc.handleUnaryCall<_fedshot_v1_GetConsistencyRequest__Output, _fedshot_v1_GetConsistencyResponse>;
  
  /**
   * The current freshness statement: every release's newest version and manifest digest.
   */
  GetFreshness: grpc.handleUnaryCall<_fedshot_v1_GetFreshnessRequest__Output, _fedshot_v1_GetFreshnessResponse>;
  
  /**
   * One leaf of the log, and the proof that it stands where it is said to.
   */
  GetInclusion: grpc.handleUnaryCall<_fedshot_v1_GetInclusionRequest__Output, _fedshot_v1_GetInclusionResponse>;
  
  /**
   * The signed manifest of one release.
   */
  GetManifest: grpc.handleUnaryCall<_fedshot_v1_GetManifestRequest__Output, _fedshot_v1_GetManifestResponse>;
  
  /**
   * The root of a version. NOT_FOUND when there is none, which is how a client finds the newest.
   */
  GetRoot: grpc.handleUnaryCall<_fedshot_v1_GetRootRequest__Output, _fedshot_v1_GetRootResponse>;
  
}

export interface ReleaseServiceDefinition extends grpc.ServiceDefinition {
  GetCheckpoint: MethodDefinition<_fedshot_v1_GetCheckpointRequest, _fedshot_v1_GetCheckpointResponse, _fedshot_v1_GetCheckpointRequest__Output, _fedshot_v1_GetCheckpointResponse__Output>
  GetChunks: MethodDefinition<_fedshot_v1_GetChunksRequest, _fedshot_v1_GetChunksResponse, _fedshot_v1_GetChunksRequest__Output, _fedshot_v1_GetChunksResponse__Output>
  GetConsistency: MethodDefinition<_fedshot_v1_GetConsistencyRequest, _fedshot_v1_GetConsistencyResponse, _fedshot_v1_GetConsistencyRequest__Output, _fedshot_v1_GetConsistencyResponse__Output>
  GetFreshness: MethodDefinition<_fedshot_v1_GetFreshnessRequest, _fedshot_v1_GetFreshnessResponse, _fedshot_v1_GetFreshnessRequest__Output, _fedshot_v1_GetFreshnessResponse__Output>
  GetInclusion: MethodDefinition<_fedshot_v1_GetInclusionRequest, _fedshot_v1_GetInclusionResponse, _fedshot_v1_GetInclusionRequest__Output, _fedshot_v1_GetInclusionResponse__Output>
  GetManifest: MethodDefinition<_fedshot_v1_GetManifestRequest, _fedshot_v1_GetManifestResponse, _fedshot_v1_GetManifestRequest__Output, _fedshot_v1_GetManifestResponse__Output>
  GetRoot: MethodDefinition<_fedshot_v1_GetRootRequest, _fedshot_v1_GetRootResponse, _fedshot_v1_GetRootRequest__Output, _fedshot_v1_GetRootResponse__Output>
}
