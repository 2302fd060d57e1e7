/** One holder's part of the shared memory: who asks for more than it has to wait. */
export interface Budget {
  /** Resolves once there is room for so many bytes. */
  take(bytes: number): Promise<void>;
  /** Takes them if there is room and no earlier call of the same holder is waiting. */
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
 * A limit on the bytes in memory on their way to all clients together. Each holder's own limit is a
 * third of what is free at the moment (dynamic thresholds, Choudhury and Hahne 1998): one alone may
 * have a quarter, and n greedy holders leave (3/4)^n to the next. A holder that waits does not block
 * the others. (No library does this: rate limiters count events per time, and semaphores know no
 * holders.)
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

  /** The part of one holder: a site, or the address of an anonymous client. */
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
    // One message is always allowed while there is room at all: a share may not round down to nothing.
    if (bytes > this.#free || (held > 0 && held + bytes > SHARE * this.#free)) return false;
    this.#free -= bytes;
    this.#holder(name).held += bytes;
    return true;
  }

  #give(name: string, bytes: number): void {
    const holder = this.#holder(name);
    this.#free += bytes;
    holder.held -= bytes;
    // Round robin: a holder that got something goes to the end of the map, where this loop meets it again.
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
