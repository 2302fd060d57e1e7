import type { Logger } from 'pino';

/** Different lines that are counted apart; what comes above that is counted together. */
const MAX_LINES = 200;

interface Sum {
  readonly level: 'info' | 'warn' | 'error';
  readonly entry: object;
  readonly message: string;
  more: number;
}

/**
 * Log lines that any client can cause as often as it likes: the first of its kind is written at once,
 * the others are counted and written as one line per period.
 */
export class Sums {
  #sums = new Map<string, Sum>();

  constructor(private readonly log: Logger) {}

  /** @param key what makes two lines alike: who, and why */
  line(level: Sum['level'], key: string, entry: object, message: string): void {
    const known = this.#sums.get(key) ?? this.#sums.get('');
    if (known) {
      known.more++;
      return;
    }
    const full = this.#sums.size === MAX_LINES - 1;
    const sum = full
      ? { level, entry: {}, message: 'refused or cut off: others', more: 1 }
      : { level, entry, message, more: 0 };
    this.#sums.set(full ? '' : key, sum);
    if (!full) this.log[level](entry, message);
  }

  /** Writes how often each line would have been written since, and begins anew. */
  flush(): void {
    const sums = this.#sums;
    this.#sums = new Map();
    for (const { level, entry, message, more } of sums.values())
      if (more > 0) this.log[level]({ ...entry, more }, message);
  }
}
