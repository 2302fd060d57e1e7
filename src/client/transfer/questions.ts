import type { CallOptions, Client } from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import { fromStatus, releaseService } from '../../shared/rpc/index.js';
import { blameCertificate } from './identity.js';
import { longestFileMs } from './pace.js';
import { ANSWER_MS, type SourceOptions } from './source.js';

type Unary = 'GetRoot' | 'GetFreshness' | 'GetManifest' | 'GetCheckpoint' | 'GetConsistency';
type Answer<M extends Unary> = ReturnType<(typeof releaseService)[M]['responseDeserialize']>;

type QuestionOptions = Pick<SourceOptions, 'identity' | 'answerMs' | 'signal'>;

/** Asks a server for what fits into one message, and keeps count of how fast and how much it answers. */
export class Questions {
  #roundTripMs = Infinity;
  #metadataBytes = 0;

  constructor(
    private readonly client: Client,
    private readonly options: QuestionOptions,
  ) {}

  /** The shortest time that an answer took; Infinity before the first. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Bytes of all envelopes received. */
  get metadataBytes(): number {
    return this.#metadataBytes;
  }

  /**
   * Calls a method once.
   *
   * @param what is asked for, as an error names it
   * @param maxBytes of the answer: a slow line gets time for as many
   * @throws FedshotError for every status but OK, or the reason of the signal
   */
  ask<M extends Unary>(name: M, request: object, what: string, maxBytes = 0): Promise<Answer<M>> {
    const { identity, answerMs = ANSWER_MS, signal } = this.options;
    const { path, requestSerialize } = releaseService[name];
    const deserialize = releaseService[name].responseDeserialize as (bytes: Buffer) => Answer<M>;
    const settings: CallOptions = { deadline: Date.now() + longestFileMs(maxBytes, answerMs) };
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const call = this.client.makeUnaryRequest(
        ...([path, requestSerialize, deserialize, request, settings] as const),
        (error, response) => {
          signal?.removeEventListener('abort', stop);
          this.#roundTripMs = Math.min(this.#roundTripMs, performance.now() - started);
          if (response && !error) resolve(response);
          else if (signal?.aborted) reject(signal.reason as Error);
          else reject(blameCertificate(fromStatus(error, what), identity));
        },
      );
      const stop = (): void => {
        call.cancel();
      };
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) stop();
    });
  }

  /** Asks for a signed envelope. @throws FedshotError `limit` for a longer one, besides those of `ask` */
  async envelope(
    name: 'GetRoot' | 'GetFreshness' | 'GetManifest',
    request: object,
    what: string,
    maxBytes: number,
  ): Promise<Buffer> {
    const { envelope } = await this.ask(name, request, what, maxBytes);
    this.#metadataBytes += envelope.length;
    if (envelope.length <= maxBytes) return envelope;
    throw new FedshotError(
      'limit',
      `${what}: ${envelope.length} bytes, at most ${maxBytes} allowed`,
    );
  }
}
