import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { GetCheckpointRequest as _fedshot_v1_GetCheckpointRequest, GetCheckpointRequest__Output as _fedshot_v1_GetCheckpointRequest__Output } from './fedshot/v1/GetCheckpointRequest.js';
import type { GetCheckpointResponse as _fedshot_v1_GetCheckpointResponse, GetCheckpointResponse__Output as _fedshot_v1_GetCheckpointResponse__Output } from './fedshot/v1/GetCheckpointResponse.js';
import type { GetChunksRequest as _fedshot_v1_GetChunksRequest, GetChunksRequest__Output as _fedshot_v1_GetChunksRequest__Output } from './fedshot/v1/GetChunksRequest.js';
import type { GetChunksResponse as _fedshot_v1_GetChunksResponse, GetChunksResponse__Output as _fedshot_v1_GetChunksResponse__Output } from './fedshot/v1/GetChunksResponse.js';
import type { GetConsistencyRequest as _fedshot_v1_GetConsistencyRequest, GetConsistencyRequest__Output as _fedshot_v1_GetConsistencyRequest__Output } from './fedshot/v1/GetConsistencyRequest.js';
import type { GetConsistencyResponse as _fedshot_v1_GetConsistencyResponse, GetConsistencyResponse__Output as _fedshot_v1_GetConsistencyResponse__Output } from './fedshot/v1/GetConsistencyResponse.js';
import type { GetFreshnessRequest as _fedshot_v1_GetFreshnessRequest, GetFreshnessRequest__Output as _fedshot_v1_GetFreshnessRequest__Output } from './fedshot/v1/GetFreshnessRequest.js';
import type { GetFreshnessResponse as _fedshot_v1_GetFreshnessResponse, GetFreshnessResponse__Output as _fedshot_v1_GetFreshnessResponse__Output } from './fedshot/v1/GetFreshnessResponse.js';
import type { GetInclusionRequest as _fedshot_v1_GetInclusionRequest, GetInclusionRequest__Output as _fedshot_v1_GetInclusionRequest__Output } from './fedshot/v1/GetInclusionRequest.js';
import type { GetInclusionResponse as _fedshot_v1_GetInclusionResponse, GetInclusionResponse__Output as _fedshot_v1_GetInclusionResponse__Output } from './fedshot/v1/GetInclusionResponse.js';
import type { GetManifestRequest as _fedshot_v1_GetManifestRequest, GetManifestRequest__Output as _fedshot_v1_GetManifestRequest__Output } from './fedshot/v1/GetManifestRequest.js';
import type { GetManifestResponse as _fedshot_v1_GetManifestResponse, GetManifestResponse__Output as _fedshot_v1_GetManifestResponse__Output } from './fedshot/v1/GetManifestResponse.js';
import type { GetRootRequest as _fedshot_v1_GetRootRequest, GetRootRequest__Output as _fedshot_v1_GetRootRequest__Output } from './fedshot/v1/GetRootRequest.js';
import type { GetRootResponse as _fedshot_v1_GetRootResponse, GetRootResponse__Output as _fedshot_v1_GetRootResponse__Output } from './fedshot/v1/GetRootResponse.js';
import type { ReleaseServiceClient as _fedshot_v1_ReleaseServiceClient, ReleaseServiceDefinition as _fedshot_v1_ReleaseServiceDefinition } from './fedshot/v1/ReleaseService.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  fedshot: {
    v1: {
      GetCheckpointRequest: MessageTypeDefinition<_fedshot_v1_GetCheckpointRequest, _fedshot_v1_GetCheckpointRequest__Output>
      GetCheckpointResponse: MessageTypeDefinition<_fedshot_v1_GetCheckpointResponse, _fedshot_v1_GetCheckpointResponse__Output>
      GetChunksRequest: MessageTypeDefinition<_fedshot_v1_GetChunksRequest, _fedshot_v1_GetChunksRequest__Output>
      GetChunksResponse: MessageTypeDefinition<_fedshot_v1_GetChunksResponse, _fedshot_v1_GetChunksResponse__Output>
      GetConsistencyRequest: MessageTypeDefinition<_fedshot_v1_GetConsistencyRequest, _fedshot_v1_GetConsistencyRequest__Output>
      GetConsistencyResponse: MessageTypeDefinition<_fedshot_v1_GetConsistencyResponse, _fedshot_v1_GetConsistencyResponse__Output>
      GetFreshnessRequest: MessageTypeDefinition<_fedshot_v1_GetFreshnessRequest, _fedshot_v1_GetFreshnessRequest__Output>
      GetFreshnessResponse: MessageTypeDefinition<_fedshot_v1_GetFreshnessResponse, _fedshot_v1_GetFreshnessResponse__Output>
      GetInclusionRequest: MessageTypeDefinition<_fedshot_v1_GetInclusionRequest, _fedshot_v1_GetInclusionRequest__Output>
      GetInclusionResponse: MessageTypeDefinition<_fedshot_v1_GetInclusionResponse, _fedshot_v1_GetInclusionResponse__Output>
      GetManifestRequest: MessageTypeDefinition<_fedshot_v1_GetManifestRequest, _fedshot_v1_GetManifestRequest__Output>
      GetManifestResponse: MessageTypeDefinition<_fedshot_v1_GetManifestResponse, _fedshot_v1_GetManifestResponse__Output>
      GetRootRequest: MessageTypeDefinition<_fedshot_v1_GetRootRequest, _fedshot_v1_GetRootRequest__Output>
      GetRootResponse: MessageTypeDefinition<_fedshot_v1_GetRootResponse, _fedshot_v1_GetRootResponse__Output>
      /**
       * Serves what is in a store of signed releases, and takes nothing in. A request is a version, a name
       * from the signed list, a digest or indices: there is no field a client could put data of its own
       * into. Metadata comes as the exact bytes that were signed (DSSE envelopes); nothing that this
       * service says is to be believed unless it verifies under the pinned root.
       * 
       * A failed call ends in a gRPC status whose message is one word of a fixed list, never free text.
       */
      ReleaseService: SubtypeConstructor<typeof grpc.Client, _fedshot_v1_ReleaseServiceClient> & { service: _fedshot_v1_ReleaseServiceDefinition }
    }
  }
}

