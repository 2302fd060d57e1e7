import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBytes } from '../../shared/files.js';
import { type Chunk, MAX_CHUNK_BYTES, RELEASE_FILES } from '../../shared/release/index.js';
import { chunkFolders, MANIFEST_FILE } from './home.js';

/** Where a chunk's bytes are, or should go. */
export interface ChunkPlace {
  readonly file: string;
  /** In bytes from the start of the file. */
  readonly offset: number;
}

/** Chunks that this home may already have, by digest. */
export interface ChunkCache {
  /** What lies where the chunk should be, one place after the other; not verified. */
  read(chunk: Chunk): AsyncIterable<{ bytes: Uint8Array; place: ChunkPlace }>;
}

// Only what says where to look: what is found there is held against the digest that was signed.
const Hint = z.object({
  predicate: z.object({
    name: z.string(),
    version: z.number(),
    files: z.array(
      z.object({
        path: z.enum(RELEASE_FILES),
        chunks: z.array(z.object({ sha256: z.string(), size: z.number().max(MAX_CHUNK_BYTES) })),
      }),
    ),
  }),
});

/** What the manifest in a folder says, unverified; undefined for no manifest yet, or half of one. */
export function readHint(dir: string): z.infer<typeof Hint>['predicate'] | undefined {
  try {
    const { payload } = JSON.parse(readBytes(join(dir, MANIFEST_FILE)).toString()) as {
      payload: string;
    };
    return Hint.parse(JSON.parse(Buffer.from(payload, 'base64').toString())).predicate;
  } catch {
    return undefined;
  }
}

/**
 * The home's own files as a content-addressed cache: the manifests beside them say which chunk is
 * where. There is no index to keep in step, and a file that a crash left half-written is simply a
 * cache that misses more often.
 *
 * @param empty files in which there is nothing yet
 */
export function openCache(home: string, empty: ReadonlySet<string> = new Set()): ChunkCache {
  const places = new Map<string, ChunkPlace[]>();
  for (const dir of chunkFolders(home))
    for (const { path, chunks } of readHint(dir)?.files ?? []) {
      let offset = 0;
      for (const { sha256, size } of chunks) {
        const list = places.get(sha256) ?? [];
        const file = join(dir, path);
        if (!empty.has(file)) places.set(sha256, [...list, { file, offset }]);
        offset += size;
      }
    }
  return {
    async *read({ sha256, size }) {
      for (const place of places.get(sha256) ?? []) {
        const handle = await open(place.file).catch(() => undefined);
        if (!handle) continue;
        try {
          const buffer = Buffer.allocUnsafeSlow(size);
          const { bytesRead } = await handle.read(buffer, 0, size, place.offset);
          if (bytesRead === size) yield { bytes: buffer, place };
        } finally {
          await handle.close();
        }
      }
    },
  };
}
