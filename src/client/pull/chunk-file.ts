import { existsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { asFedshotError, type FedshotError } from '../../shared/errors.js';
import { fsyncDir, makeFolder, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import type { Chunk, Release } from '../../shared/release/index.js';
import type { ChunkPlace } from './cache.js';
import { MANIFEST_FILE } from './home.js';

/** What may wait to be put on the disk: less, and the last `sync` has little left to wait for. */
const FLUSH_BYTES = 64 * 2 ** 20;

/** One chunk that a release needs, and everywhere it goes. */
export interface Wanted {
  readonly chunk: Chunk;
  /** Its first position in `release.chunks`. */
  readonly index: number;
  readonly places: readonly ChunkPlace[];
}

/** Every different chunk of a release, in order, with its places below `dir`. */
export function wantedChunks(release: Release, dir: string): Wanted[] {
  const wanted = new Map<string, { chunk: Chunk; index: number; places: ChunkPlace[] }>();
  for (const { path, chunks, firstChunk } of release.files) {
    let offset = 0;
    chunks.forEach((chunk, i) => {
      const entry = wanted.get(chunk.sha256) ?? { chunk, index: firstChunk + i, places: [] };
      entry.places.push({ file: join(dir, path), offset });
      wanted.set(chunk.sha256, entry);
      offset += chunk.size;
    });
  }
  return [...wanted.values()];
}

/** The files of a half-pulled release, open for writing chunks at their places. */
export class PartialRelease {
  readonly #files = new Map<string, FileHandle>();
  #unflushed = 0;
  #flushing: Promise<unknown> | undefined;
  #failure: FedshotError | undefined;

  /** Files that this attempt made: there is nothing in them yet that could be reused. */
  readonly fresh = new Set<string>();

  private constructor(readonly dir: string) {}

  /** Goes on with what is there. @throws FedshotError `io` */
  static async open(dir: string, release: Release): Promise<PartialRelease> {
    const partial = new PartialRelease(dir);
    try {
      makeFolder(dir);
      sweepTemporary(dir); // this is the one pull of its release: nobody else is writing here
      writeFileAtomic(join(dir, MANIFEST_FILE), release.envelope);
      for (const { path, size } of release.files) {
        const file = join(dir, path);
        if (!existsSync(file)) partial.fresh.add(file);
        const handle = await open(file, 'a', 0o644).then(async (made) => {
          await made.close();
          return open(file, 'r+');
        });
        partial.#files.set(file, handle);
        await handle.truncate(size);
      }
      return partial;
    } catch (error) {
      await partial.close();
      throw asFedshotError(error, 'io', `cannot write to ${dir}`);
    }
  }

  /** Writes a verified chunk to its places. @throws FedshotError `io` */
  async write({ places }: Wanted, bytes: Uint8Array, except?: ChunkPlace): Promise<void> {
    for (const { file, offset } of places) {
      if (except?.file === file && except.offset === offset) continue;
      try {
        const handle = this.#files.get(file)!;
        for (let at = 0; at < bytes.length;)
          at += (await handle.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
        this.#flush(handle, bytes.length);
      } catch (error) {
        throw asFedshotError(error, 'io', `cannot write ${file}`);
      }
    }
  }

  /** Lets the disk begin with what was written while more is being received. */
  #flush(handle: FileHandle, bytes: number): void {
    this.#unflushed += bytes;
    if (this.#unflushed < FLUSH_BYTES || this.#flushing) return;
    this.#unflushed = 0;
    this.#flushing = handle.datasync().then(
      () => (this.#flushing = undefined),
      // A disk tells of a failed write once: `sync` would not hear of it again.
      (error: unknown) =>
        (this.#failure ??= asFedshotError(error, 'io', `cannot write to ${this.dir}`)),
    );
  }

  /** Makes what was written last. */
  async sync(): Promise<void> {
    try {
      await this.#flushing;
      if (this.#failure) throw this.#failure;
      for (const handle of this.#files.values()) await handle.sync();
      fsyncDir(this.dir);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot write to ${this.dir}`);
    }
  }

  async close(): Promise<void> {
    await this.#flushing;
    for (const handle of this.#files.values()) await handle.close();
    this.#files.clear();
  }
}
