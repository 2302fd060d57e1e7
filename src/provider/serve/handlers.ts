import {
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import type { ServerLog } from './log-keeper.js';
import type { Chunk } from '../../shared/release/index.js';
import {
  limitOf,
  peerOf,
  releaseService,
  sendAll,
  strictRequest,
  whenTaken,
  type Outgoing,
} from '../../shared/rpc/index.js';
import type { GetChunksRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetChunksRequest.js';
import type { GetFreshnessRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetFreshnessRequest.js';
import type { GetManifestRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetManifestRequest.js';
import type { GetCheckpointRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetCheckpointRequest.js';
import type { GetConsistencyRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetConsistencyRequest.js';
import type { GetInclusionRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetInclusionRequest.js';
import type { GetRootRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetRootRequest.js';
import { followLogKey } from './log-key.js';
import { callOf, holderOf, isLogMethod, logStatus, putOnRecord, refuse } from './record.js';
import type { ServedMessage, Desk } from './record.js';

/** The service with bytes at both ends: what is logged has to be exactly what is sent. */
export function rawService(desk: Desk): ServiceDefinition {
  const raw = (bytes: Buffer): Buffer => bytes;
  const offered = Object.entries(releaseService).filter(
    ([name]) => desk.transparency !== undefined || !isLogMethod(name),
  );
  return Object.fromEntries(
    offered.map(([name, method]) => [
      name,
      { ...method, requestDeserialize: raw, responseSerialize: raw },
    ]),
  );
}

interface Requests {
  GetRoot: GetRootRequest__Output;
  GetFreshness: GetFreshnessRequest__Output;
  GetManifest: GetManifestRequest__Output;
  GetChunks: GetChunksRequest__Output;
  GetCheckpoint: GetCheckpointRequest__Output;
  GetConsistency: GetConsistencyRequest__Output;
  GetInclusion: GetInclusionRequest__Output;
}
type Method = keyof Requests;

function decoder<M extends Method>(name: M): (bytes: Buffer) => Requests[M] {
  const { path, requestDeserialize, requestSerialize } = releaseService[name];
  return strictRequest(
    limitOf(path),
    requestDeserialize as (bytes: Buffer) => Requests[M],
    requestSerialize as (value: Requests[M]) => Buffer,
  );
}

interface Found<M extends Method> {
  readonly response: Parameters<(typeof releaseService)[M]['responseSerialize']>[0];
  readonly release?: ServedMessage['release'];
}

/** Makes a unary handler of what finds the response. */
function unary<M extends Exclude<Method, 'GetChunks'>>(
  desk: Desk,
  name: M,
  find: (request: Requests[M], site: string) => Promise<Found<M>> | Found<M>,
  indexOf: (request: Requests[M]) => number | undefined = () => undefined,
): handleUnaryCall<Buffer, Buffer> {
  const decode = decoder(name);
  const { path } = releaseService[name];
  const serialize = releaseService[name].responseSerialize;
  return (rpc, callback) => {
    const call = callOf(path, peerOf(rpc));
    const answer = async (): Promise<Buffer> => {
      const site = desk.access().identify(call.peer, desk.now());
      const request = decode(rpc.request);
      call.index = indexOf(request);
      const { response, release } = await find(request, site);
      const message = serialize(response);
      const budget = desk.budget.of(holderOf(site, call.peer));
      await budget.take(message.length);
      const give = (): void => {
        budget.give(message.length);
      };
      try {
        await putOnRecord(desk, { call, site, release, index: call.index }, message);
      } catch (error) {
        give();
        throw error;
      }
      whenTaken(message, give);
      if (rpc.cancelled) await logStatus(desk, call, status.CANCELLED); // on record, and not sent
      return message;
    };
    answer().then(
      (message) => callback(null, message),
      async (error: unknown) => callback(await refuse(desk, call, error)),
    );
  };
}

/** @throws FedshotError `format` unless ascending; `not-found` beyond the last chunk */
function pick(chunks: readonly Chunk[], indices: readonly number[]): Chunk[] {
  if (indices.length === 0) throw new FedshotError('format', 'asks for nothing');
  let before = -1;
  return indices.map((index) => {
    if (index <= before) throw new FedshotError('format', 'not ascending');
    before = index;
    const chunk = chunks[index];
    if (!chunk) throw new FedshotError('not-found', 'no such chunk');
    return chunk;
  });
}

function getChunks(desk: Desk): handleServerStreamingCall<Buffer, Buffer> {
  const decode = decoder('GetChunks');
  return (rpc) => {
    const call = callOf(releaseService.GetChunks.path, peerOf(rpc));
    const started = performance.now();
    const serve = async (): Promise<void> => {
      const site = desk.access().identify(call.peer, desk.now());
      const request = decode(rpc.request);
      const release = await desk.catalog.release(request.manifest.toString('hex'));
      desk.access().authorise(site, release.name);
      const chunks = pick(release.chunks, request.indices);
      let bytes = 0;
      const messages = chunks.map((chunk, at): Outgoing => ({
        bytes: chunk.size,
        load: async () => {
          const message = await desk.catalog.chunkMessage(chunk);
          const about = { call, site, release, index: request.indices[at], chunk: chunk.sha256 };
          await putOnRecord(desk, about, message);
          bytes += chunk.size;
          return message;
        },
      }));
      const onStall = (): void => {
        desk.disconnect(rpc.getPeer());
      };
      const budget = desk.budget.of(holderOf(site, call.peer));
      const over = desk.running.add(rpc.getPeer(), () => {
        desk.access().authorise(desk.access().identify(call.peer, desk.now()), release.name);
      });
      try {
        await sendAll(rpc, messages, { budget, stallMs: desk.limits.stallMs, onStall });
      } finally {
        over();
      }
      rpc.end();
      const { name, version, digest } = release;
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      const who = { site, peer: call.peer.address, certificate: call.peer.certificate };
      desk.log.info(
        { ...who, release: name, version, digest, chunks: chunks.length, bytes, seconds },
        'pulled',
      );
    };
    serve().catch(async (error: unknown) => {
      const outcome = await refuse(desk, call, error);
      if (!rpc.cancelled) rpc.emit('error', outcome);
    });
  };
}

/** The methods of the service. */
export function handlers(desk: Desk): UntypedServiceImplementation {
  const { catalog } = desk;
  return {
    GetRoot: unary(
      desk,
      'GetRoot',
      async ({ version }) => {
        const envelope = version > 0 ? await catalog.root(version) : undefined;
        if (!envelope) throw new FedshotError('not-found', `no root ${version}`);
        return { response: { envelope } };
      },
      ({ version }) => version,
    ),
    GetFreshness: unary(desk, 'GetFreshness', async () => ({
      response: { envelope: (await catalog.freshness()).bytes },
    })),
    GetManifest: unary(
      desk,
      'GetManifest',
      async ({ name, version }, site) => {
        const release = await catalog.manifest(name, version);
        desk.access().authorise(site, release.name);
        return { response: { envelope: Buffer.from(release.envelope) }, release };
      },
      ({ version }) => version,
    ),
    GetChunks: getChunks(desk),
    ...(desk.transparency ? logHandlers(desk, desk.transparency) : {}),
  };
}

/** What the transparency log says of itself. */
function logHandlers(desk: Desk, log: ServerLog): UntypedServiceImplementation {
  const buffers = (hashes: readonly Uint8Array[]): Buffer[] => hashes.map((h) => Buffer.from(h));
  return {
    GetCheckpoint: unary(desk, 'GetCheckpoint', async () => {
      await followLogKey(log, await desk.catalog.newestRoot(), desk.logSigner);
      return { response: { note: Buffer.from(log.checkpoint()) } };
    }),
    GetConsistency: unary(
      desk,
      'GetConsistency',
      ({ size1, size2 }) => ({ response: { hashes: buffers(log.consistency(size1, size2)) } }),
      ({ size1 }) => size1,
    ),
    GetInclusion: unary(
      desk,
      'GetInclusion',
      ({ size, index }) => {
        const { leaf, proof } = log.inclusion(size, index);
        return { response: { leaf, hashes: buffers(proof) } };
      },
      ({ index }) => index,
    ),
  };
}
