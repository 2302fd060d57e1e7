import { status } from '@grpc/grpc-js';
import type { CallOptions, Client, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import { MAX_CHUNK_BYTES, MAX_MANIFEST_BYTES, type Release } from '../../shared/release/index.js';
import { decodeChunk, fromStatus, openChannel, releaseService } from '../../shared/rpc/index.js';
import { Gate } from './gate.js';
import { blameCertificate } from './identity.js';
import { longestFileMs } from './pace.js';
import { ANSWER_MS, STALL_MS, type Source, type SourceOptions } from './source.js';

/** Most chunks that one request may name: `max_items` in the schema. */
const MAX_INDICES = 128;
/**
 * The window of a near server. What has arrived and was not yet written is lost when the process dies,
 * so it is no wider than loopback makes use of: with 2 MiB a pull took a quarter longer.
 */
const NEAR_WINDOW = 6 * 2 ** 20;
/** For a server whose answers take longer than this … */
const FAR_MS = 15;
/** … and for more bytes than this, another connection with a wide window is worth its handshake. */
const FAR_BYTES = 4 * 2 ** 20;
const FAR_WINDOW = 16 * 2 ** 20;

type Unary = 'GetRoot' | 'GetFreshness' | 'GetManifest' | 'GetCheckpoint' | 'GetConsistency';
type Answer<M extends Unary> = ReturnType<(typeof releaseService)[M]['responseDeserialize']>;

/** A provider's server, or a mirror that speaks the same. */
export function grpcSource(address: string, options: SourceOptions): Source {
  const { identity, stallMs = STALL_MS, answerMs = ANSWER_MS, signal } = options;
  const ca = options.insecurePlaintext ? undefined : options.ca.join('\n');
  if (ca === '')
    throw new FedshotError('trust', `${address}: the pinned root names no TLS authority`, {
      hint: 'ask the provider for a trust file that does',
    });
  const maxMessageBytes = MAX_MANIFEST_BYTES + 1024;
  const connect = (windowBytes: number): Client =>
    openChannel({ address, ca, identity, windowBytes, maxMessageBytes });
  const near = connect(NEAR_WINDOW);
  let far: Client | undefined;
  let roundTripMs = Infinity;
  // A slow line may need minutes for a chunk, of which nothing is seen before all of it has come.
  let patienceMs = stallMs;
  let isSuspect = false;
  let metadataBytes = 0;

  const unary = <M extends Unary>(
    name: M,
    request: object,
    what: string,
    maxBytes = 0,
  ): Promise<Answer<M>> => {
    const { path } = releaseService[name];
    const serialize = releaseService[name].requestSerialize;
    const deserialize = releaseService[name].responseDeserialize as (bytes: Buffer) => Answer<M>;
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const settings: CallOptions = {
        deadline: Date.now() + longestFileMs(maxBytes, answerMs),
      };
      const call = near.makeUnaryRequest(
        ...([path, serialize, deserialize, request, settings] as const),
        (error, response) => {
          signal?.removeEventListener('abort', stop);
          roundTripMs = Math.min(roundTripMs, performance.now() - started);
          if (error) reject(signal?.aborted ? (signal.reason as Error) : why(error, what));
          else resolve(response!);
        },
      );
      const stop = (): void => {
        call.cancel();
      };
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) stop();
    });
  };
  const why = (error: unknown, what: string): FedshotError =>
    blameCertificate(fromStatus(error, what), identity);
  const atMost = (answer: { envelope: Buffer }, maxBytes: number, what: string): Buffer => {
    const bytes = answer.envelope;
    metadataBytes += bytes.length;
    if (bytes.length <= maxBytes) return bytes;
    throw new FedshotError('limit', `${what}: ${bytes.length} bytes, at most ${maxBytes} allowed`);
  };

  const isFar = (): boolean => roundTripMs > FAR_MS && roundTripMs !== Infinity;
  async function* chunks(release: Release, indices: readonly number[]): AsyncGenerator<Uint8Array> {
    await answers();
    const bytes = release.chunks.reduce((sum, { size }) => sum + size, 0);
    const client = isFar() && bytes > FAR_BYTES ? (far ??= connect(FAR_WINDOW)) : near;
    for (let at = 0; at < indices.length; at += MAX_INDICES)
      yield* receive(client, release, indices.slice(at, at + MAX_INDICES));
  }
  async function* receive(client: Client, release: Release, indices: readonly number[]) {
    const { path, requestSerialize } = releaseService.GetChunks;
    const request = { manifest: Buffer.from(release.digest, 'hex'), indices: [...indices] };
    const gate = new Gate();
    const call = client.makeServerStreamRequest(
      ...([path, requestSerialize, decodeChunk, request] as const),
      {
        deadline: Date.now() + patienceMs * (indices.length + 1),
        interceptors: [gate.interceptor],
      },
    );
    const stop = (): void => {
      call.cancel();
    };
    signal?.addEventListener('abort', stop);
    try {
      let received = 0;
      for await (const chunk of unstalled(call, patienceMs, address)) {
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
      if (error instanceof Stalled) await waitLonger(error);
      throw fromStatus(error, `${address}: chunks of ${release.name} ${release.version}`);
    } finally {
      signal?.removeEventListener('abort', stop);
      call.cancel();
      call.on('error', () => undefined);
    }
  }

  /**
   * After a chunk that did not come in time: a server that answers something small is there, so that its
   * line may be slow, and gets twice the time. One that has stopped does not answer.
   */
  const waitLonger = async (error: Stalled): Promise<void> => {
    const longest = longestFileMs(MAX_CHUNK_BYTES, stallMs);
    if (patienceMs >= longest) throw tooSlow(error);
    isSuspect = true;
    await answers();
    patienceMs = Math.min(2 * patienceMs, longest);
  };
  const answers = async (): Promise<void> => {
    if (!isSuspect) return;
    await unary('GetRoot', { version: 1 }, address);
    isSuspect = false;
  };

  return {
    name: address,
    chunks,
    get lanes() {
      return isFar() ? 2 : 1;
    },
    get metadataBytes() {
      return metadataBytes;
    },
    root: async (version, maxBytes) => {
      const what = address; // the first question: what fails here is the connection, not the root
      try {
        return atMost(await unary('GetRoot', { version }, what, maxBytes), maxBytes, what);
      } catch (error) {
        if (error instanceof FedshotError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
    freshness: async (maxBytes) => {
      const what = `${address}: freshness statement`;
      return atMost(await unary('GetFreshness', {}, what, maxBytes), maxBytes, what);
    },
    manifest: async (name, version, maxBytes) => {
      const what = `${address}: manifest of ${name} ${version}`;
      return atMost(await unary('GetManifest', { name, version }, what, maxBytes), maxBytes, what);
    },
    log: {
      checkpoint: async () => {
        const what = `${address}: checkpoint of the log`;
        try {
          return (await unary('GetCheckpoint', {}, what)).note.toString();
        } catch (error) {
          const cause = (error as FedshotError).cause as Partial<ServiceError> | undefined;
          if (cause?.code === status.UNIMPLEMENTED) return undefined;
          throw error;
        }
      },
      consistency: async (size1, size2) => {
        const what = `${address}: consistency of the log`;
        return (await unary('GetConsistency', { size1, size2 }, what)).hashes;
      },
    },
    close: () => {
      near.close();
      far?.close();
    },
  };
}

/** A chunk that did not come in time. */
class Stalled extends FedshotError {}

/** What trying again cannot help. */
const tooSlow = (cause: Stalled): FedshotError =>
  new FedshotError('limit', `${cause.message}: slower than any line that fedshot waits for`, {
    hint: 'give another source with --from, or ask who runs this one',
    cause,
  });

/** The stream's messages, with an end to waiting for the next. */
async function* unstalled(call: ClientReadableStream<Buffer>, stallMs: number, address: string) {
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
