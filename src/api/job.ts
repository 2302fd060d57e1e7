import type { FedshotEvent } from '../shared/events.js';

/** Events that wait for somebody to look. */
const MOST_KEPT = 10_000;

/**
 * Long work that is under way. `await` it for its result, or iterate over it for its events first:
 *
 * ```ts
 * const job = adapt({ home, name, data });
 * for await (const event of job) if (event.type === 'epoch') console.log(event.terms);
 * const { verdict } = await job;
 * ```
 *
 * It runs whether anybody looks or not. The newest events from before the first look are kept: a server
 * that nobody looks at must not fill the memory with its log.
 */
export class Job<R> implements PromiseLike<R>, AsyncIterable<FedshotEvent> {
  /** What comes of the work; rejects with a FedshotError. */
  readonly result: Promise<R>;
  readonly #events: FedshotEvent[] = [];
  #over = false;
  #wake: () => void = () => undefined;

  constructor(work: (emit: (event: FedshotEvent) => void) => Promise<R>) {
    const emit = (event: FedshotEvent): void => {
      this.#events.push(event);
      if (this.#events.length > MOST_KEPT) this.#events.shift();
      this.#wake();
    };
    this.result = work(emit).finally(() => {
      this.#over = true;
      this.#wake();
    });
    // Whoever looks at events alone learns of a failure there; it must not end the process besides.
    this.result.catch(() => undefined);
  }

  then<A = R, B = never>(
    fulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(fulfilled, rejected);
  }

  /** Every event that is kept, once: one reader takes them. Ends with the work, and throws what it threw. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FedshotEvent, void, undefined> {
    for (;;) {
      const next = this.#events.shift();
      if (next) yield next;
      else if (this.#over) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    await this.result;
  }
}
