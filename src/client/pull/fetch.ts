import { createHash } from 'node:crypto';
import type { Chunk, Release } from '../../shared/release/index.js';
import type { Source } from '../transfer/index.js';
import { openCache } from './cache.js';
import { PartialRelease, wantedChunks, type Wanted } from './chunk-file.js';
import type { PullContext } from './context.js';
import { download } from './download.js';
import { partialDir } from './home.js';
import { Lane } from './lane.js';

const MiB = 2 ** 20;

/** What was transferred, and what did not have to be. */
export interface Fetched {
  /** Chunks that came over the wire. */
  readonly chunks: number;
  readonly bytesReused: number;
  /** Bytes that each source sent. */
  readonly received: ReadonlyMap<Source, number>;
}

export const nothingFetched = (sources: readonly Source[]): Fetched => ({
  chunks: 0,
  bytesReused: 0,
  received: new Map(sources.map((source) => [source, 0])),
});

/**
 * Puts a release together in its folder for unfinished ones: chunks that this home has, then the rest from
 * the sources. All of it is verified and on disk when this returns.
 *
 * @throws FedshotError as `download`, and `io`
 */
export async function fetchRelease(
  context: PullContext,
  release: Release,
  sources: readonly Source[],
): Promise<Fetched> {
  const { home, name, reporter, retry, signal, stop } = context;
  const dir = partialDir(home, release.digest);
  const partial = await PartialRelease.open(dir, release);
  try {
    const wanted = wantedChunks(release, dir);
    const missing = await reuse(home, partial, wanted);
    const task = reporter.task(`pull ${name} ${release.version}`, sizeOf(missing) / MiB, 'MiB');
    const received = new Map(sources.map((source) => [source, 0]));
    let chunks = 0;
    const onChunk = (source: Source, bytes: number): void => {
      chunks++;
      received.set(source, (received.get(source) ?? 0) + bytes);
      task.advance(bytes / MiB);
    };
    if (missing.length > 0)
      await download(
        { release, partial, sources, retry, reporter, signal, stop, onChunk },
        missing,
      );
    task.done();
    await partial.sync();
    return { chunks, bytesReused: sizeOf(wanted) - sizeOf(missing), received };
  } finally {
    await partial.close();
  }
}

const isChunk = ({ sha256, size }: Chunk, bytes: Uint8Array): boolean =>
  bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;

/** Takes every chunk that this home has, and says which are missing. */
async function reuse(
  home: string,
  partial: PartialRelease,
  wanted: readonly Wanted[],
): Promise<Wanted[]> {
  const cache = openCache(home, partial.fresh);
  const missing = new Set(wanted);
  const lane = new Lane(4);
  for (const entry of wanted)
    await lane.add(async () => {
      for await (const { bytes, place } of cache.read(entry.chunk)) {
        if (!isChunk(entry.chunk, bytes)) continue;
        await partial.write(entry, bytes, place);
        missing.delete(entry);
        return;
      }
    });
  await lane.drain();
  return [...missing];
}

const sizeOf = (wanted: readonly Wanted[]): number =>
  wanted.reduce((sum, { chunk }) => sum + chunk.size, 0);
