interface Stream {
  readonly peer: string;
  readonly check: () => void;
}

/** Streams under way: a site that loses its access in the middle of a stream loses the stream as well. */
export class Running {
  readonly #streams = new Set<Stream>();

  /**
   * @param peer its connection, as `getPeer` names it
   * @param check throws when the stream may not go on
   * @returns to be called when it is over
   */
  add(peer: string, check: () => void): () => void {
    const stream = { peer, check };
    this.#streams.add(stream);
    return () => {
      this.#streams.delete(stream);
    };
  }

  /** Checks each stream. @param end is called with each that may not continue, and why */
  look(end: (peer: string, why: unknown) => void): void {
    for (const { peer, check } of [...this.#streams])
      try {
        check();
      } catch (error) {
        end(peer, error);
      }
  }
}
