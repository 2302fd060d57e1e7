/** A part of what all may hold in memory: whoever comes above it waits. */
export interface Budget {
  /** Resolves once there is room for so many bytes. */
  take(bytes: number): Promise<void>;
  /** Takes them if there is room and nobody of the same holder waits. */
  tryTake(bytes: number): boolean;
  give(bytes: number): void;
}

/** One holder may have this share of what the others have left free. */
const SHARE = 1 / 3;

interface Holder {
  held: number;
  readonly waiting: { bytes: number; go: () => void }[];
}

/**
 * How many bytes may lie in memory on their way to all clients together. Each holder's own limit is a
 * third of what is free at the moment (dynamic thresholds, Choudhury and Hahne 1998): one alone may
 * have a quarter, and n that take what they can leave (3/4)^n to whoever comes next. Nobody waits
 * behind another holder. (Rate limiters count events in a time, semaphores know no holders: neither
 * shares out bytes that are held.)
 */
export class SharedBudget {
  #free: number;
  readonly #holders = new Map<string, Holder>();

  constructor(bytes: number) {
    this.#free = bytes;
  }

  get free(): number {
    return this.#free;
  }

  /** The part of one holder: a site, or the address of a client that nobody knows. */
  of(name: string): Budget {
    return {
      take: (bytes) => this.#take(name, bytes),
      tryTake: (bytes) => {
        const holder = this.#holders.get(name);
        return (holder?.waiting.length ?? 0) === 0 && this.#grant(name, bytes);
      },
      give: (bytes) => {
        this.#give(name, bytes);
      },
    };
  }

  async #take(name: string, bytes: number): Promise<void> {
    const waits = (this.#holders.get(name)?.waiting.length ?? 0) > 0;
    if (!waits && this.#grant(name, bytes)) return;
    await new Promise<void>((go) => this.#holder(name).waiting.push({ bytes, go }));
  }

  #holder(name: string): Holder {
    const holder = this.#holders.get(name) ?? { held: 0, waiting: [] };
    this.#holders.set(name, holder);
    return holder;
  }

  #grant(name: string, bytes: number): boolean {
    const held = this.#holders.get(name)?.held ?? 0;
    // One message each, as long as there is room at all: a share must not come to nothing.
    if (bytes > this.#free || (held > 0 && held + bytes > SHARE * this.#free)) return false;
    this.#free -= bytes;
    this.#holder(name).held += bytes;
    return true;
  }

  #give(name: string, bytes: number): void {
    const holder = this.#holder(name);
    this.#free += bytes;
    holder.held -= bytes;
    // In turn: whoever got something goes to the end of the line, where this comes to it again.
    for (const [other, waiter] of this.#holders) {
      const next = waiter.waiting[0];
      if (!next || !this.#grant(other, next.bytes)) continue;
      waiter.waiting.shift();
      next.go();
      this.#holders.delete(other);
      this.#holders.set(other, waiter);
    }
    if (holder.held === 0 && holder.waiting.length === 0) this.#holders.delete(name);
  }
}
