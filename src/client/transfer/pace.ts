import { FedshotError } from '../../shared/errors.js';

/**
 * The least that a source may send while something is asked of it, in bytes a second: 8 kbit/s. Any line
 * that a hospital could call one is faster; who is slower keeps a site waiting on purpose.
 */
export const LEAST_RATE = 1024;

/** How long a file of so many bytes may take from a source that is as slow as allowed. */
export const longestFileMs = (bytes: number, stallMs: number): number =>
  stallMs + (1000 * bytes) / LEAST_RATE;

/**
 * Watches that a source keeps up the least rate over all that is asked of it at once, for as long as
 * anything is: several requests share a slow line. A source that does not is too slow for good.
 * (Rate limiters bound a rate from above; this is a bound from below.)
 */
export class Pace {
  #bytes = 0;
  #open = 0;
  #timer: NodeJS.Timeout | undefined;
  #tooSlow = new AbortController();

  /**
   * @param name of the source, for the message
   * @param windowMs the time over which the rate is taken
   */
  constructor(
    private readonly name: string,
    private readonly windowMs: number,
  ) {}

  /** Aborted, with a FedshotError `network` as its reason, when a window had too few bytes. */
  get signal(): AbortSignal {
    return this.#tooSlow.signal;
  }

  arrived(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Counts `work` as something that the source was asked for. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open++ === 0) this.#begin();
    try {
      return await work();
    } finally {
      if (--this.#open === 0) clearInterval(this.#timer);
    }
  }

  #begin(): void {
    this.#bytes = 0;
    if (this.#tooSlow.signal.aborted) this.#tooSlow = new AbortController();
    this.#timer = setInterval(() => {
      const least = (LEAST_RATE * this.windowMs) / 1000;
      const bytes = this.#bytes;
      this.#bytes = 0;
      if (bytes >= least) return;
      this.#tooSlow.abort(
        new FedshotError(
          'network',
          `${this.name}: only ${bytes} bytes in ${this.windowMs / 1000} s`,
          { hint: 'give another source with --from, or ask who runs this one' },
        ),
      );
    }, this.windowMs).unref();
  }
}
