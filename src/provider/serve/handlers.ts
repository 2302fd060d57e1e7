import { createHash } from 'node:crypto';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { FedshotError } from '../../shared/errors.js';
import type { Chunk } from '../../shared/release/index.js';
import {
  ByteBudget,
  limitOf,
  peerOf,
  releaseService,
  sendAll,
  strictRequest,
  toStatus,
  type Outgoing,
  type Peer,
} from '../../shared/rpc/index.js';
import type { GetChunksRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetChunksRequest.js';
import type { GetFreshnessRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetFreshnessRequest.js';
import type { GetManifestRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetManifestRequest.js';
import type { GetRootRequest__Output } from '../../shared/rpc/generated/fedshot/v1/GetRootRequest.js';
import type { Access } from './access.js';
import { ANONYMOUS } from './access.js';
import type { Catalog } from './catalog.js';
import type { Metrics } from './metrics.js';
import type { OnResponse, ServeLimits } from './options.js';

/** What the handlers work with. */
export interface Desk {
  readonly catalog: Catalog;
  access(): Access;
  readonly limits: ServeLimits;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onResponse: OnResponse | undefined;
  readonly now: () => Date;
}

/** A response on its way: the release that it is part of, and which chunk. */
interface About {
  readonly method: string;
  readonly peer: Peer;
  readonly site: string;
  readonly release?: { readonly name: string; readonly digest: string };
  readonly chunk?: number;
}

/** Puts a message on record before it may leave. */
async function record(desk: Desk, about: About, message: Buffer): Promise<void> {
  await desk.onResponse?.({
    method: about.method,
    peer: about.peer.certificate ?? ANONYMOUS,
    release: about.release?.digest ?? '',
    chunk: about.chunk ?? -1,
    sha256: createHash('sha256').update(message).digest('hex'),
    bytes: message.length,
  });
  desk.metrics.sent(about.site, about.release?.name ?? '', message.length);
}

/** The service with bytes at both ends: what is logged has to be exactly what is sent. */
export function rawService(): ServiceDefinition {
  const raw = (bytes: Buffer): Buffer => bytes;
  return Object.fromEntries(
    Object.entries(releaseService).map(([name, method]) => [
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

/** Says to the log what went wrong, and to the peer only of which kind it was. */
function refuse(
  desk: Desk,
  about: Omit<About, 'site'>,
  error: unknown,
): ReturnType<typeof toStatus> {
  const outcome = toStatus(error);
  const entry = { peer: about.peer.address, method: about.method, status: outcome.details };
  const expected = error instanceof FedshotError && outcome.details !== 'internal';
  if (outcome.details === 'not-found')
    desk.log.debug({ ...entry, reason: (error as Error).message }, 'not found'); // how every client looks for newer roots
  else if (expected) desk.log.info({ ...entry, reason: error.message }, 'refused');
  else desk.log.error({ ...entry, err: error }, 'failed');
  return outcome;
}

interface Found {
  readonly envelope: Uint8Array;
  readonly release?: About['release'];
}

/** Makes a unary handler of what finds the envelope. */
function unary<M extends Exclude<Method, 'GetChunks'>>(
  desk: Desk,
  name: M,
  find: (request: Requests[M], site: string) => Promise<Found>,
): handleUnaryCall<Buffer, Buffer> {
  const decode = decoder(name);
  const { path, responseSerialize } = releaseService[name];
  return (call, callback) => {
    const about = { method: path, peer: peerOf(call) };
    const answer = async (): Promise<Buffer> => {
      const site = desk.access().identify(about.peer, desk.now());
      const { envelope, release } = await find(decode(call.request), site);
      const message = responseSerialize({ envelope: Buffer.from(envelope) });
      await record(desk, { ...about, site, release }, message);
      return message;
    };
    answer().then(
      (message) => callback(null, message),
      (error: unknown) => callback(refuse(desk, about, error)),
    );
  };
}

/** @throws FedshotError `format` unless ascending; `not-found` beyond the last chunk */
function pick(chunks: readonly Chunk[], indices: readonly number[]): Chunk[] {
  if (indices.length === 0) throw new FedshotError('format', 'asks for nothing');
  return indices.map((index, at) => {
    if (at > 0 && index <= indices[at - 1]!) throw new FedshotError('format', 'not ascending');
    const chunk = chunks[index];
    if (!chunk) throw new FedshotError('not-found', 'no such chunk');
    return chunk;
  });
}

function getChunks(desk: Desk, budget: ByteBudget): handleServerStreamingCall<Buffer, Buffer> {
  const decode = decoder('GetChunks');
  return (call) => {
    const about = { method: releaseService.GetChunks.path, peer: peerOf(call) };
    const started = performance.now();
    const serve = async (): Promise<void> => {
      const site = desk.access().identify(about.peer, desk.now());
      const request = decode(call.request);
      const release = await desk.catalog.release(request.manifest.toString('hex'));
      desk.access().authorise(site, release.name);
      const chunks = pick(release.chunks, request.indices);
      let bytes = 0;
      const messages = chunks.map((chunk, at): Outgoing => ({
        bytes: chunk.size,
        load: async () => {
          const message = await desk.catalog.chunkMessage(chunk);
          await record(desk, { ...about, site, release, chunk: request.indices[at] }, message);
          bytes += chunk.size;
          return message;
        },
      }));
      await sendAll(call, messages, { budget, stallMs: desk.limits.stallMs });
      call.end();
      const { name, version, digest } = release;
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      const who = { site, peer: about.peer.address, certificate: about.peer.certificate };
      desk.log.info(
        { ...who, release: name, version, digest, chunks: chunks.length, bytes, seconds },
        'pulled',
      );
    };
    serve().catch((error: unknown) => {
      const outcome = refuse(desk, about, error);
      if (!call.cancelled) call.emit('error', outcome);
    });
  };
}

/** The four methods of the service. */
export function handlers(desk: Desk): UntypedServiceImplementation {
  const { catalog } = desk;
  return {
    GetRoot: unary(desk, 'GetRoot', async ({ version }) => {
      const envelope = version > 0 ? await catalog.root(version) : undefined;
      if (!envelope) throw new FedshotError('not-found', `no root ${version}`);
      return { envelope };
    }),
    GetFreshness: unary(desk, 'GetFreshness', async () => ({
      envelope: (await catalog.freshness()).bytes,
    })),
    GetManifest: unary(desk, 'GetManifest', async ({ name, version }, site) => {
      const release = await catalog.manifest(name, version);
      desk.access().authorise(site, release.name);
      return { envelope: release.envelope, release };
    }),
    GetChunks: getChunks(desk, new ByteBudget(desk.limits.bufferBytes)),
  };
}
