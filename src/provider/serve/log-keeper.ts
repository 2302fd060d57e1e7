import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { parseCheckpoint, type LeafContent, type TransparencyLog } from '../../shared/log/index.js';
import { verifyConsistency } from '../../shared/log/merkle.js';
import type { Signer } from '../../shared/release/index.js';

/** What a server needs of a transparency log. */
export type ServerLog = Pick<
  TransparencyLog,
  | 'append'
  | 'checkpoint'
  | 'consistency'
  | 'inclusion'
  | 'keep'
  | 'keepCertificate'
  | 'close'
  | 'handOver'
  | 'keyid'
>;

export interface LogKeeperOptions {
  /** Opens the log again, as it is on the disk. */
  readonly reopen: () => Promise<ServerLog>;
  readonly log: Logger;
  /** Called once when the log can no longer be written. */
  readonly onLost: (error: FedshotError) => void;
  readonly retryMs?: number;
}

const RETRY_MS = 1000;
/** Errors that pass by themselves: a full disk, too many open files. */
const PASSING = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'EINTR']);

/** Whether the operating system reported one of them, here or as the cause. */
function isPassing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (PASSING.has((at as NodeJS.ErrnoException).code ?? '')) return true;
  return false;
}

/**
 * A transparency log that survives a full disk: while it cannot be written nothing is sent, then it is
 * opened again and continued. Any other error ends the server.
 */
export class LogKeeper implements ServerLog {
  #log: ServerLog;
  #isOpen = true;
  #mending: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(
    log: ServerLog,
    private readonly options: LogKeeperOptions,
  ) {
    this.#log = log;
  }

  async append(entry: LeafContent): Promise<number> {
    const log = this.#log;
    try {
      return await log.append(entry);
    } catch (error) {
      if (log === this.#log && !this.#closed.signal.aborted) this.#mending ??= this.#mend(error);
      throw error;
    }
  }

  checkpoint(): string {
    return this.#log.checkpoint();
  }

  consistency(size1: number, size2: number): Uint8Array[] {
    return this.#log.consistency(size1, size2);
  }

  inclusion(size: number, index: number): { leaf: Buffer; proof: Uint8Array[] } {
    return this.#log.inclusion(size, index);
  }

  get keyid(): string {
    return this.#log.keyid;
  }

  handOver(signer: Signer): void {
    this.#log.handOver(signer);
  }

  keep(digest: string, message: Uint8Array): void {
    this.#log.keep(digest, message);
  }

  keepCertificate(pem: string): void {
    this.#log.keepCertificate(pem);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#mending;
    if (this.#isOpen) await this.#log.close();
    this.#isOpen = false;
  }

  async #mend(first: unknown): Promise<void> {
    const { log, onLost, reopen, retryMs = RETRY_MS } = this.options;
    const { signal } = this.#closed;
    // Everything in it is on the disk: what is opened next has to begin with it.
    const before = this.#log.checkpoint();
    this.#isOpen = false;
    await this.#log.close().catch(() => undefined); // it says again what it said before
    let error = first;
    try {
      for (let tries = 0; isPassing(error); tries++) {
        if (tries === 0)
          log.error(
            { err: error },
            'cannot write the log: nothing is sent until it can be written',
          );
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        try {
          this.#log = await openAfter(reopen, before);
          this.#isOpen = true;
          log.info('the log can be written again');
          return;
        } catch (again) {
          error = again;
        }
      }
      onLost(asFedshotError(error, 'log', 'cannot write the log'));
    } finally {
      this.#mending = undefined;
    }
  }
}

/** @throws FedshotError `log` when what is opened does not begin with what was signed last */
async function openAfter(reopen: () => Promise<ServerLog>, before: string): Promise<ServerLog> {
  const log = await reopen();
  try {
    const [was, is] = [parseCheckpoint(before), parseCheckpoint(log.checkpoint())];
    const same = was.origin === is.origin && was.size <= is.size;
    const proof = same && was.size > 0 ? log.consistency(was.size, is.size) : [];
    if (!same || !isPrefix(was, is, proof))
      throw new FedshotError('log', 'the log on the disk is not the one that was written before', {
        hint: 'restore it from a copy; a log that lost leaves must not be continued',
      });
    return log;
  } catch (error) {
    await log.close().catch(() => undefined);
    throw error;
  }
}

type State = ReturnType<typeof parseCheckpoint>;
const isPrefix = (was: State, is: State, proof: readonly Uint8Array[]): boolean =>
  was.size === 0 || verifyConsistency(was.size, is.size, proof, was.root, is.root);
