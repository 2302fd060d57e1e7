/**
 * Runs tasks side by side, a few at a time; the first failure is what the next call throws. p-limit
 * takes any number of tasks at once and queues them. Here `add` itself waits for room, so that a stream
 * is read no faster than its messages are written.
 */
export class Lane {
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;

  /** @param width tasks at once */
  constructor(private readonly width: number) {}

  /** Starts a task as soon as there is room for it. @throws what an earlier task threw */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.width) await Promise.race(this.#running);
    this.#rethrow();
    const running = task()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all of them. @throws what one of them threw */
  async drain(): Promise<void> {
    await Promise.all(this.#running);
    this.#rethrow();
  }

  #rethrow(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
