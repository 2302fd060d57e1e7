import type { Client, ClientReadableStream } from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import type { Release } from '../../shared/release/index.js';
import { decodeChunk, fromStatus, releaseService } from '../../shared/rpc/index.js';
import { Gate } from './gate.js';

/** A chunk that did not come in time. */
export class Stalled extends FedshotError {}

/** A stream of chunks, and how long to wait for them. */
export interface ChunkStream {
  readonly client: Client;
  /** Of the server, for messages. */
  readonly address: string;
  readonly release: Release;
  readonly indices: readonly number[];
  /** How long one chunk may take. */
  readonly stallMs: number;
  readonly signal: AbortSignal | undefined;
  /** Called after a chunk that did not come in time, before the error is thrown. */
  readonly onStall: (error: Stalled) => Promise<void>;
}

/**
 * Receives chunks with one call, in the order of `indices`.
 *
 * @throws FedshotError `limit` for more chunks than were asked for, `network` for fewer or late ones,
 *   and for every status but OK; or the reason of the signal
 */
export async function* receiveChunks(stream: ChunkStream): AsyncGenerator<Uint8Array> {
  const { address, release, indices, stallMs, signal } = stream;
  const gate = new Gate();
  const call = startCall(stream, gate);
  const stop = (): void => {
    call.cancel();
  };
  signal?.addEventListener('abort', stop);
  try {
    let received = 0;
    for await (const chunk of inTime(call, stallMs, address)) {
      if (received++ === indices.length)
        throw new FedshotError('limit', `${address}: sends chunks that were not asked for`);
      yield chunk;
      gate.taken();
    }
    if (received < indices.length)
      throw new FedshotError(
        'network',
        `${address}: ended after ${received} of ${indices.length} chunks`,
      );
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Stalled) await stream.onStall(error);
    throw fromStatus(error, `${address}: chunks of ${release.name} ${release.version}`);
  } finally {
    signal?.removeEventListener('abort', stop);
    call.cancel();
    call.on('error', () => undefined);
  }
}

function startCall(stream: ChunkStream, gate: Gate): ClientReadableStream<Buffer> {
  const { client, release, indices, stallMs } = stream;
  const { path, requestSerialize } = releaseService.GetChunks;
  const request = { manifest: Buffer.from(release.digest, 'hex'), indices: [...indices] };
  return client.makeServerStreamRequest(path, requestSerialize, decodeChunk, request, {
    deadline: Date.now() + stallMs * (indices.length + 1),
    interceptors: [gate.interceptor],
  });
}

/** The stream's messages, with an end to waiting for the next. */
async function* inTime(call: ClientReadableStream<Buffer>, stallMs: number, address: string) {
  let stalled = false;
  let waiting = true; // as opposed to: whoever takes the messages is slow
  const timer = setTimeout(() => {
    if (!waiting) return;
    stalled = true;
    call.cancel();
  }, stallMs);
  try {
    for await (const message of call as AsyncIterable<Buffer>) {
      waiting = false;
      yield message;
      waiting = true;
      timer.refresh();
    }
  } catch (error) {
    if (stalled) throw new Stalled('network', `${address}: no chunk within ${stallMs / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
