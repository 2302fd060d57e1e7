import { status, type Client, type ServiceError } from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import { MAX_CHUNK_BYTES, MAX_MANIFEST_BYTES, type Release } from '../../shared/release/index.js';
import { openChannel } from '../../shared/rpc/index.js';
import { receiveChunks, type Stalled } from './chunk-stream.js';
import { longestFileMs } from './pace.js';
import { Questions } from './questions.js';
import { STALL_MS, type Source, type SourceLog, type SourceOptions } from './source.js';

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

/** A provider's server, or a mirror that speaks the same. @throws FedshotError `trust` without an authority */
export const grpcSource = (address: string, options: SourceOptions): Source =>
  new GrpcSource(address, options);

class GrpcSource implements Source {
  readonly #connect: (windowBytes: number) => Client;
  readonly #near: Client;
  #far: Client | undefined;
  readonly #questions: Questions;
  readonly #stallMs: number;
  // A slow line may need minutes for a chunk, of which nothing is seen before all of it has come.
  #patienceMs: number;
  #isSuspect = false;

  constructor(
    readonly name: string,
    private readonly options: SourceOptions,
  ) {
    const { identity, stallMs = STALL_MS } = options;
    const ca = authorityOf(name, options);
    const maxMessageBytes = MAX_MANIFEST_BYTES + 1024;
    this.#connect = (windowBytes) =>
      openChannel({ address: name, ca, identity, windowBytes, maxMessageBytes });
    this.#near = this.#connect(NEAR_WINDOW);
    this.#questions = new Questions(this.#near, options);
    this.#stallMs = this.#patienceMs = stallMs;
  }

  get lanes(): number {
    return this.#isFar ? 2 : 1;
  }

  get metadataBytes(): number {
    return this.#questions.metadataBytes;
  }

  async root(version: number, maxBytes: number): Promise<Buffer | undefined> {
    const what = this.name; // the first question: what fails here is the connection, not the root
    try {
      return await this.#questions.envelope('GetRoot', { version }, what, maxBytes);
    } catch (error) {
      if (error instanceof FedshotError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  freshness(maxBytes: number): Promise<Buffer> {
    const what = `${this.name}: freshness statement`;
    return this.#questions.envelope('GetFreshness', {}, what, maxBytes);
  }

  manifest(name: string, version: number, maxBytes: number): Promise<Buffer> {
    const what = `${this.name}: manifest of ${name} ${version}`;
    return this.#questions.envelope('GetManifest', { name, version }, what, maxBytes);
  }

  readonly log: SourceLog = {
    checkpoint: async () => {
      const what = `${this.name}: checkpoint of the log`;
      try {
        return (await this.#questions.ask('GetCheckpoint', {}, what)).note.toString();
      } catch (error) {
        const cause = (error as FedshotError).cause as Partial<ServiceError> | undefined;
        if (cause?.code === status.UNIMPLEMENTED) return undefined;
        throw error;
      }
    },
    consistency: async (size1, size2) => {
      const what = `${this.name}: consistency of the log`;
      return (await this.#questions.ask('GetConsistency', { size1, size2 }, what)).hashes;
    },
  };

  async *chunks(release: Release, indices: readonly number[]): AsyncGenerator<Uint8Array> {
    await this.#assertAnswers();
    const client = this.#clientFor(release);
    for (let at = 0; at < indices.length; at += MAX_INDICES)
      yield* receiveChunks({
        client,
        address: this.name,
        release,
        indices: indices.slice(at, at + MAX_INDICES),
        stallMs: this.#patienceMs,
        signal: this.options.signal,
        onStall: (error) => this.#waitLonger(error),
      });
  }

  close(): void {
    this.#near.close();
    this.#far?.close();
  }

  get #isFar(): boolean {
    const { roundTripMs } = this.#questions;
    return roundTripMs > FAR_MS && roundTripMs !== Infinity;
  }

  #clientFor({ chunks }: Release): Client {
    const bytes = chunks.reduce((sum, { size }) => sum + size, 0);
    if (!this.#isFar || bytes <= FAR_BYTES) return this.#near;
    return (this.#far ??= this.#connect(FAR_WINDOW));
  }

  /**
   * After a chunk that did not come in time: a server that answers something small is there, so that its
   * line may be slow, and gets twice the time. One that has stopped does not answer.
   */
  async #waitLonger(error: Stalled): Promise<void> {
    const longest = longestFileMs(MAX_CHUNK_BYTES, this.#stallMs);
    if (this.#patienceMs >= longest) throw tooSlow(error);
    this.#isSuspect = true;
    await this.#assertAnswers();
    this.#patienceMs = Math.min(2 * this.#patienceMs, longest);
  }

  /** Asks a server that was late whether it is there at all. */
  async #assertAnswers(): Promise<void> {
    if (!this.#isSuspect) return;
    await this.#questions.ask('GetRoot', { version: 1 }, this.name);
    this.#isSuspect = false;
  }
}

/** The authority that the server's certificate must come from, PEM; undefined in the clear. */
function authorityOf(address: string, options: SourceOptions): string | undefined {
  if (options.insecurePlaintext) return undefined;
  const ca = options.ca.join('\n');
  if (ca !== '') return ca;
  throw new FedshotError('trust', `${address}: the pinned root names no TLS authority`, {
    hint: 'ask the provider for a trust file that does',
  });
}

/** What trying again cannot help. */
const tooSlow = (cause: Stalled): FedshotError =>
  new FedshotError('limit', `${cause.message}: slower than any line that fedshot waits for`, {
    hint: 'give another source with --from, or ask who runs this one',
    cause,
  });
