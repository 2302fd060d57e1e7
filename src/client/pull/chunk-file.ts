import { createHash, webcrypto } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { fsyncDir, writeFileAtomic } from '../../shared/files.js';
import { type Chunk, type Release, verifyChunk } from '../../shared/release/index.js';
import type { Place } from './cache.js';
import { MANIFEST_FILE } from './home.js';

/** Below this size a hash is cheaper here than on its way to another thread. */
const SYNC_HASH_BYTES = 32 * 1024;

/**
 * As `verifyChunk`, with the hashing of large chunks on libuv's threads, beside receiving.
 *
 * @throws FedshotError `limit`, `digest`
 */
export async function verifyChunkAsync(chunk: Chunk, bytes: Uint8Array): Promise<void> {
  if (bytes.length === chunk.size) {
    const digest =
      bytes.length < SYNC_HASH_BYTES
        ? createHash('sha256').update(bytes).digest()
        : Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes));
    if (digest.toString('hex') === chunk.sha256) return;
  }
  verifyChunk(chunk, bytes); // says what is wrong
}

/** One chunk that a release needs, and everywhere it goes. */
export interface Wanted {
  readonly chunk: Chunk;
  /** Its first position in `release.chunks`. */
  readonly index: number;
  readonly places: readonly Place[];
}

/** Every different chunk of a release, in order, with its places below `dir`. */
export function wantedChunks(release: Release, dir: string): Wanted[] {
  const wanted = new Map<string, { chunk: Chunk; index: number; places: Place[] }>();
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

  /** Files that this attempt made: there is nothing in them yet that could be reused. */
  readonly fresh = new Set<string>();

  private constructor(readonly dir: string) {}

  /** Goes on with what is there. @throws FedshotError `io` */
  static async open(dir: string, release: Release): Promise<PartialRelease> {
    const partial = new PartialRelease(dir);
    try {
      mkdirSync(dir, { recursive: true });
      writeFileAtomic(join(dir, MANIFEST_FILE), release.envelope);
      for (const { path, size } of release.files) {
        const file = join(dir, path);
        if (!existsSync(file)) partial.fresh.add(file);
        const handle = await open(file, 'a').then(async (made) => {
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
  async write({ places }: Wanted, bytes: Uint8Array, except?: Place): Promise<void> {
    for (const { file, offset } of places) {
      if (except?.file === file && except.offset === offset) continue;
      try {
        const handle = this.#files.get(file)!;
        for (let at = 0; at < bytes.length;)
          at += (await handle.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
      } catch (error) {
        throw asFedshotError(error, 'io', `cannot write ${file}`);
      }
    }
  }

  /** Makes what was written last. */
  async sync(): Promise<void> {
    try {
      for (const handle of this.#files.values()) await handle.sync();
      fsyncDir(this.dir);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot write to ${this.dir}`);
    }
  }

  async close(): Promise<void> {
    for (const handle of this.#files.values()) await handle.close();
    this.#files.clear();
  }
}
