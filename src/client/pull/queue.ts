import type { Source } from '../transfer/index.js';
import type { Wanted } from './chunk-file.js';

/** Chunks that one request may name, as the schema allows. */
const BATCH_CHUNKS = 128;
/** How long one source may keep a chunk to itself while another has nothing to do. */
const PATIENCE_MS = 10_000;

/** A chunk that somebody has been asked for. */
interface Asked {
  readonly sources: Set<Source>;
  /** When it was asked for last, by the clock of the queue. */
  since: number;
  /** Its bytes are verified and on their way to the disk. */
  claimed: boolean;
}

/**
 * What is still to be fetched, shared by all who fetch. Each chunk is asked of one source; of another
 * one as well when the first does not bring it and the other has nothing else to do. Queues of
 * libraries hand an item to one worker, once.
 */
export class Queue {
  #waiting: Wanted[];
  readonly #asked = new Map<Wanted, Asked>();
  #sleepers: (() => void)[] = [];
  #end: () => void = () => undefined;

  /** Resolves when every chunk has been written, or when nobody is to wait any more. */
  readonly ended: Promise<void>;

  constructor(
    wanted: readonly Wanted[],
    private readonly patienceMs = PATIENCE_MS,
    private readonly now = () => performance.now(),
  ) {
    this.#waiting = [...wanted];
    this.ended = new Promise((end) => (this.#end = end));
    if (this.left === 0) this.#end();
  }

  /** Chunks that are not written yet. */
  get left(): number {
    return this.#waiting.length + this.#asked.size;
  }

  /** The next chunks in ascending order; waits while there may be some later; [] at the end. */
  async take(source: Source, maxBytes: number): Promise<Wanted[]> {
    for (;;) {
      if (this.left === 0) return [];
      const some = this.#waiting.length > 0 ? this.#waiting : this.#overdue(source);
      if (some.length > 0) return this.#ask(source, firstOf(some, maxBytes));
      await this.#sleep();
    }
  }

  /** Whether these bytes are the first to come of a chunk: they are to be written, and no others. */
  claim(entry: Wanted): boolean {
    const asked = this.#asked.get(entry);
    if (!asked || asked.claimed) return false;
    asked.claimed = true;
    return true;
  }

  finished(entry: Wanted): void {
    this.#asked.delete(entry);
    if (this.left === 0) this.#finish();
  }

  /** A source brings none of these any more; who else was asked for one may still bring it. */
  giveBack(source: Source, wanted: readonly Wanted[]): void {
    const again = wanted.filter((entry) => {
      const asked = this.#asked.get(entry);
      if (!asked?.sources.delete(source) || asked.sources.size > 0) return false;
      return this.#asked.delete(entry);
    });
    if (again.length === 0) return;
    this.#waiting = [...this.#waiting, ...again].sort((a, b) => a.index - b.index);
    this.#wake();
  }

  /** Ends all waiting, with nothing left to fetch. */
  giveUp(): void {
    this.#waiting = [];
    this.#asked.clear();
    this.#finish();
  }

  #overdue(source: Source): Wanted[] {
    return [...this.#asked].flatMap(([entry, { sources, since, claimed }]) =>
      !claimed && !sources.has(source) && this.now() - since >= this.patienceMs ? [entry] : [],
    );
  }

  #ask(source: Source, batch: readonly Wanted[]): Wanted[] {
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((entry) => !taken.has(entry));
    for (const entry of batch) {
      const asked = this.#asked.get(entry);
      if (!asked)
        this.#asked.set(entry, { sources: new Set([source]), since: this.now(), claimed: false });
      else {
        asked.sources.add(source);
        asked.since = this.now();
      }
    }
    return [...batch];
  }

  /** Until something changes, or until what others were asked for is overdue. */
  async #sleep(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((wake) => {
      this.#sleepers.push(wake);
      timer = setTimeout(wake, this.patienceMs);
    });
    clearTimeout(timer);
  }

  #finish(): void {
    this.#end();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#sleepers.splice(0)) wake();
  }
}

function firstOf(waiting: readonly Wanted[], maxBytes: number): Wanted[] {
  let bytes = 0;
  const fits = waiting.findIndex(({ chunk }, at) => {
    bytes += chunk.size;
    return at > 0 && (bytes > maxBytes || at >= BATCH_CHUNKS);
  });
  return waiting.slice(0, fits === -1 ? waiting.length : fits);
}
