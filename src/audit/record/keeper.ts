import type { FedshotError } from '../../shared/errors.js';
import type { RecordEntry, OpenConnection, RecordedConnection } from './entry.js';
import type { RecorderLimits } from './places.js';
import type { RecordWriter } from './writer.js';

export interface KeeperOptions {
  readonly writer: RecordWriter;
  readonly limits: Pick<RecorderLimits, 'markMs' | 'heartbeatMs'>;
  readonly now: () => Date;
  /** Connections that were turned away so far. */
  readonly refused: () => number;
  /** Called once, when the record cannot be written any more. */
  readonly onBroken: (error: FedshotError) => void;
}

/** Keeps the record of the connections under way: their lines when they end, marks in between. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #open = new Map<OpenConnection, () => void>();
  #recorded = 0;
  #broken = false;
  #soon: NodeJS.Timeout | undefined;
  #later: NodeJS.Timeout | undefined;
  #empty: (() => void) | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#markSoon();
  }

  /** @param end cuts the connection off */
  opened(connection: OpenConnection, end: () => void): void {
    this.#open.set(connection, end);
    this.#markSoon();
  }

  ended(
    connection: OpenConnection,
    { whole, sent, received }: Pick<RecordedConnection, 'whole' | 'sent' | 'received'>,
  ): void {
    this.#open.delete(connection);
    this.#recorded++;
    const closed = this.#options.now().toISOString();
    this.#keep({
      connection: connection.connection,
      from: connection.from,
      port: connection.port,
      opened: connection.opened,
      closed,
      whole,
      sent,
      received,
    });
    this.#markSoon();
    if (this.#open.size === 0) this.#empty?.();
  }

  /** Ends what is under way; resolves when all of it, and the end of the record, is on the disk. */
  async close(): Promise<void> {
    if (this.#open.size > 0) {
      const done = new Promise<void>((resolve) => (this.#empty = resolve));
      this.endAll();
      await done;
    }
    this.#mark('end');
    clearTimeout(this.#soon);
    clearTimeout(this.#later);
    this.#options.writer.close();
  }

  endAll(): void {
    for (const end of this.#open.values()) end();
  }

  /** What cannot be counted must not be passed on. */
  #keep(entry: RecordEntry): void {
    if (this.#broken) return;
    try {
      this.#options.writer.write(entry);
    } catch (error) {
      this.#broken = true;
      this.#options.onBroken(error as FedshotError);
    }
  }

  #mark(kind: 'running' | 'end'): void {
    const { now, refused, limits } = this.#options;
    const [at, open] = [now().toISOString(), [...this.#open.keys()]];
    this.#keep({ mark: kind, at, recorded: this.#recorded, refused: refused(), open });
    clearTimeout(this.#soon);
    clearTimeout(this.#later);
    this.#soon = undefined;
    this.#later = setTimeout(() => this.#mark('running'), limits.heartbeatMs).unref();
  }

  /** Those that come one after the other share a mark. */
  #markSoon(): void {
    this.#soon ??= setTimeout(() => this.#mark('running'), this.#options.limits.markMs).unref();
  }
}
