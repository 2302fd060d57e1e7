import { FedshotError } from '../errors.js';
import { sha256 } from './fields.js';
import { MAX_CHUNK_BYTES } from './limits.js';

/** A chunk as the manifest names it. */
export interface Chunk {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * Where a file is cut: at the end of its header, at the end of each tensor, and after 1 MiB, so that
 * a tensor that did not change gives the same chunks as before.
 *
 * @param ends ascending offsets that a chunk must not straddle; the last is the file's size
 * @returns sizes of the chunks in order
 */
export function chunkSizes(ends: Iterable<number>): number[] {
  const sizes: number[] = [];
  let at = 0;
  for (const end of ends)
    while (at < end) {
      const size = Math.min(MAX_CHUNK_BYTES, end - at);
      sizes.push(size);
      at += size;
    }
  return sizes;
}

/**
 * Step 4: received bytes are the chunk that the manifest names.
 *
 * @throws FedshotError `limit` when they are more, `digest` when they are others
 */
export function verifyChunk(chunk: Chunk, bytes: Uint8Array): void {
  const what = `chunk ${chunk.sha256.slice(0, 16)}`;
  if (bytes.length > chunk.size)
    throw new FedshotError('limit', `${what}: more than its ${chunk.size} bytes arrived`);
  if (bytes.length !== chunk.size || sha256(bytes) !== chunk.sha256)
    throw new FedshotError('digest', `${what}: these are not the bytes that were signed`, {
      hint: 'they were changed or damaged on their way; nothing of them was kept',
    });
}
