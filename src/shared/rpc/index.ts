export { SharedBudget, type Budget } from './budget.js';
export { openChannel, parseAddress, type ChannelSettings } from './channel.js';
export {
  chunkHead,
  decodeChunk,
  encodeChunk,
  limitOf,
  strictRequest,
  MAX_CHUNK,
  MAX_CHUNK_MESSAGE,
} from './codec.js';
export type { ServerTls } from './credentials.js';
export type { CallObserver, Peer } from './peer.js';
export { addressKey, type Cut, mostUnasked } from './connections.js';
export { CutOff, MAX_PROBE_AGENT, peerOf, whenTaken } from './peer.js';
export {
  backoffMs,
  defaultRetry,
  retrying,
  sleep,
  type RetryOptions,
  type RetryPolicy,
  type Sleep,
} from './retry.js';
export {
  packageDefinition,
  releaseService,
  requestLimits,
  SERVICE,
  type FieldLimit,
  type RequestLimit,
} from './schema.js';
export { AHEAD, sendAll, type Outgoing } from './send.js';
export {
  startRpcServer,
  type RpcServer,
  type RpcServerOptions,
  type ServerLimits,
} from './server.js';
export { fromStatus, isTransient, toStatus } from './status.js';
