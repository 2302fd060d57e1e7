import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../errors.js';
import { readBytes, writeFileAtomic } from '../files.js';
import type { Signer } from '../release/index.js';
import { cosignCheckpoint, originOf, signCheckpoint, type SignedCheckpoint } from './checkpoint.js';
import { inspectLog } from './inspect.js';
import { Journal } from './journal.js';
import { decodeLeaf, encodeLeaf, type LeafContent } from './leaf.js';
import { lockLog } from './lock.js';
import {
  CHECKPOINT_FILE,
  closedPath,
  keptPath,
  decodeBundle,
  encodeBundle,
  TILE_WIDTH,
  tilePath,
} from './tiles.js';
import { TileTree, type FullTile } from './tree.js';

export interface LogOptions {
  dir: string;
  /** The log key. */
  signer: Signer;
  /** Every key that any root has named for the log: the last checkpoint may be signed by an older one. */
  keys: ReadonlyMap<string, Uint8Array>;
  /** Name of a new log; by default that of its key. */
  origin?: string;
  now?: () => Date;
  /** A leaf is covered by the published files after this time at the latest (5 s). */
  publishMs?: number;
}

type Options = Required<Omit<LogOptions, 'origin'>>;

interface Waiting {
  leaf: Buffer;
  done: (sequence: number) => void;
  failed: (error: unknown) => void;
}

/**
 * The transparency log of one server: append-only, its leaves on the disk before `append` resolves,
 * its files those of C2SP tlog-tiles, so that any web server can show them.
 */
export class TransparencyLog {
  readonly #tree: TileTree;
  readonly #options: Options;
  #signer: Signer;
  readonly #unlock: () => void;
  #journal: Journal;
  /** Leaves of the bundle that is not full yet. */
  #bundle: Buffer[] = [];
  #next: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: FedshotError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #signed: { note: string; size: number } | undefined;
  /** Size that the files show. */
  #published: number | undefined;

  private constructor(
    options: Options,
    tree: TileTree,
    journal: Journal,
    unlock: () => void,
    readonly origin: string,
  ) {
    this.#options = options;
    this.#signer = options.signer;
    this.#tree = tree;
    this.#journal = journal;
    this.#unlock = unlock;
    this.#next = tree.size;
  }

  /**
   * Opens a log, or begins one, and completes what a crash has left. Nothing is written before
   * everything was compared with what was signed.
   *
   * @throws FedshotError `log` when another process writes it, or when what is on the disk is less
   *   than, or other than, what was signed
   */
  static async open(given: LogOptions): Promise<TransparencyLog> {
    const options = { now: () => new Date(), publishMs: 5000, origin: undefined, ...given };
    const { dir, signer } = options;
    let lost = (): void => undefined;
    const unlock = lockLog(dir, () => lost());
    try {
      const { last, bundles, leaves } = inspectLog(dir, options.keys);
      const tree = new TileTree(dir);
      tree.restore(bundles);
      const journal = await Journal.open(dir, bundles, leaves);
      const origin = last?.origin ?? options.origin ?? originOf(signer.keyid);
      const log = new TransparencyLog(options, tree, journal, unlock, origin);
      lost = () => {
        log.#broken ??= new FedshotError('log', `${dir}: another process writes this log`);
      };
      try {
        await log.#take(leaves);
        log.#next = tree.size;
        if (!last)
          log.#publish(); // a log without leaves can be audited, too
        else if (last.keyid !== signer.keyid) log.#closeWith(last, signer);
      } catch (error) {
        await log.#journal.close();
        throw error;
      }
      return log;
    } catch (error) {
      unlock();
      throw asFedshotError(error, 'log', `cannot open the log in ${options.dir}`);
    }
  }

  /** Id of the key that signs. */
  get keyid(): string {
    return this.#signer.keyid;
  }

  /**
   * Lets another key sign from now on. Both keys sign the state at which they change, and the log
   * keeps that: the tree grows on under the same name, so that every later state extends it.
   *
   * @throws FedshotError `io`
   */
  handOver(signer: Signer): void {
    if (signer.keyid === this.keyid) return;
    const note = this.checkpoint();
    const { keyid, size } = this;
    this.#closeWith({ note, keyid, size }, signer);
  }

  #closeWith(last: Pick<SignedCheckpoint, 'note' | 'keyid' | 'size'>, signer: Signer): void {
    this.#put(closedPath(last), Buffer.from(cosignCheckpoint(last.note, signer)));
    this.#signer = signer;
    this.#signed = undefined;
    this.#publish();
  }

  /** How many leaves are durable. */
  get size(): number {
    return this.#tree.size;
  }

  /**
   * Adds a leaf. Leaves that come while the disk is busy go to it together (group commit).
   *
   * @returns its sequence number, once it is on the disk
   * @throws FedshotError `log` when it cannot be written; from then on no leaf is accepted, so that
   *   nothing can be sent that is not logged
   */
  append(entry: LeafContent): Promise<number> {
    if (this.#broken) return Promise.reject(this.#broken);
    const leaf = encodeLeaf({
      ...entry,
      sequence: this.#next++,
      time: this.#options.now().getTime(),
    });
    return new Promise((done, failed) => {
      this.#waiting.push({ leaf, done, failed });
      this.#writing ??= this.#write();
    });
  }

  /**
   * Signs the log's present state. Its leaves are on the disk; the tiles over them follow.
   *
   * @returns the signed note
   */
  checkpoint(): string {
    const { size } = this;
    if (this.#signed?.size !== size) {
      const checkpoint = { origin: this.origin, size, root: this.#tree.root() };
      this.#signed = { size, note: signCheckpoint(checkpoint, this.#signer) };
    }
    return this.#signed.note;
  }

  /** Hashes that prove that the tree of `size1` leaves is the beginning of that of `size2`. @throws FedshotError `not-found` */
  consistency(size1: number, size2: number): Uint8Array[] {
    if (size1 < 1 || size1 > size2 || size2 > this.size)
      throw new FedshotError('not-found', `no trees of ${size1} and ${size2} leaves`);
    return this.#tree.consistency(size1, size2);
  }

  /** The leaf at `index` and the hashes that prove it in the tree of `size`. @throws FedshotError `not-found` */
  inclusion(size: number, index: number): { leaf: Buffer; proof: Uint8Array[] } {
    if (index < 0 || index >= size || size > this.size)
      throw new FedshotError('not-found', `no leaf ${index} in a tree of ${size}`);
    return { leaf: this.#leaf(index), proof: this.#tree.inclusion(size, index) };
  }

  /**
   * Keeps a response that will be found nowhere else: a freshness statement is replaced, and an
   * auditor of the log has to see what it was.
   *
   * @param digest SHA-256 of the message, hex
   */
  keep(digest: string, message: Uint8Array): void {
    const path = keptPath(digest);
    if (!existsSync(join(this.#options.dir, path))) this.#put(path, Buffer.from(message));
  }

  /** Keeps a certificate chain (PEM) that this server shows: an auditor then knows its size on the wire. */
  keepCertificate(pem: string): void {
    const digest = hash('sha256', pem);
    this.#put(join('certificates', `${digest}.pem`), Buffer.from(pem));
  }

  /** Publishes a last checkpoint and gives the log back. */
  async close(): Promise<void> {
    await this.#writing;
    clearTimeout(this.#timer);
    try {
      if (!this.#broken && this.#published !== this.size) this.#publish();
    } finally {
      await this.#journal.close();
      this.#unlock();
    }
  }

  #leaf(index: number): Buffer {
    const bundle = Math.floor(index / TILE_WIDTH);
    const at = index % TILE_WIDTH;
    if (bundle === this.#journal.bundle) return this.#bundle[at]!;
    return decodeBundle(readBytes(join(this.#options.dir, tilePath('entries', bundle))))![at]!;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, TILE_WIDTH - this.#bundle.length);
      try {
        if (this.#broken) throw this.#broken;
        await this.#journal.append(batch.map(({ leaf }) => leaf));
        await this.#take(batch.map(({ leaf }) => leaf));
        for (const { leaf, done } of batch) done(decodeLeaf(leaf).sequence);
        this.#timer ??= setTimeout(() => this.#publishLate(), this.#options.publishMs).unref();
      } catch (error) {
        this.#broken ??= asFedshotError(
          error,
          'log',
          `cannot write the log in ${this.#options.dir}`,
        );
        for (const { failed } of [...batch, ...this.#waiting.splice(0)]) failed(this.#broken);
      }
    }
    this.#writing = undefined; // in the same turn as the last look: nothing is left waiting
  }

  /** Leaves that are durable become part of the tree; a bundle that is full leaves the journal. */
  async #take(leaves: readonly Buffer[]): Promise<void> {
    const full = leaves.flatMap((leaf) => {
      this.#bundle.push(leaf);
      return this.#tree.append(leaf);
    });
    if (this.#bundle.length < TILE_WIDTH) return;
    // The bundle last: if it exists, the tiles over it exist as well.
    for (const tile of full) this.#store(tilePath(tile.level, tile.index), tile);
    const { bundle } = this.#journal;
    this.#put(tilePath('entries', bundle), encodeBundle(this.#bundle));
    await this.#journal.remove();
    this.#bundle = [];
    this.#journal = await Journal.open(this.#options.dir, bundle + 1, []);
  }

  #publishLate(): void {
    this.#timer = undefined;
    try {
      if (this.#published !== this.size) this.#publish();
    } catch (error) {
      this.#broken ??= asFedshotError(error, 'log', 'cannot publish a checkpoint');
    }
  }

  /** Writes the tiles at the edge, then the checkpoint that covers them. */
  #publish(): void {
    const { size } = this;
    for (const tile of this.#tree.partialTiles())
      this.#store(tilePath(tile.level, tile.index, tile.hashes.length), tile);
    const width = this.#bundle.length;
    if (width > 0)
      this.#put(tilePath('entries', this.#journal.bundle, width), encodeBundle(this.#bundle));
    this.#put(CHECKPOINT_FILE, Buffer.from(this.checkpoint()));
    this.#published = size;
  }

  #store(path: string, { hashes }: FullTile): void {
    this.#put(path, Buffer.concat(hashes));
  }

  #put(path: string, bytes: Buffer): void {
    // Never the log's own folder: if it has disappeared, no new log may begin there.
    writeFileAtomic(join(this.#options.dir, path), bytes, undefined, this.#options.dir);
  }
}
