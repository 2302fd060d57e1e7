import { FedshotError } from '../../shared/errors.js';
import type { Random } from '../../shared/random.js';
import type { Reporter } from '../../shared/reporter.js';
import { type Release, verifyChunk } from '../../shared/release/index.js';
import { retrying, type RetryPolicy, type Sleep } from '../../shared/rpc/index.js';
import { letGo } from '../../shared/rpc/garbage.js';
import type { Source } from '../transfer/index.js';
import type { PartialRelease, Wanted } from './chunk-file.js';
import { nameSource } from './fault.js';
import { Lane } from './lane.js';
import { Queue } from './queue.js';

/** Chunks that may be on their way to the file at once, per call. */
const WRITES_AT_ONCE = 4;
/** Bytes that one call asks for; with several sources fewer, so that the fast ones get more of them. */
const BATCH_BYTES = 64 * 2 ** 20;
const SHARED_BATCH_BYTES = 8 * 2 ** 20;

export interface Download {
  readonly release: Release;
  readonly partial: PartialRelease;
  readonly sources: readonly Source[];
  readonly retry: { policy: RetryPolicy; random: Random; sleep: Sleep };
  readonly reporter: Reporter;
  /** Aborted when the whole pull has to end; `stop` ends it from here. */
  readonly signal: AbortSignal;
  readonly stop: (reason: Error) => void;
  /** Called for each chunk that was verified and written. */
  readonly onChunk: (source: Source, bytes: number) => void;
  /** How long one source may keep a chunk to itself while another has nothing to do. */
  readonly patienceMs?: number;
}

async function fetchBatch(
  download: Download,
  source: Source,
  batch: readonly Wanted[],
  queue: Queue,
  progressed: () => void,
): Promise<void> {
  const lane = new Lane(WRITES_AT_ONCE);
  const indices = batch.map(({ index }) => index);
  let at = 0;
  try {
    for await (const bytes of source.chunks(download.release, indices)) {
      const entry = batch[at++]!;
      await lane.add(async () => {
        verifyChunk(entry.chunk, bytes);
        progressed();
        if (!queue.claim(entry)) return; // another source was faster
        await download.partial.write(entry, bytes);
        letGo(bytes.length);
        download.onChunk(source, entry.chunk.size);
        queue.finished(entry);
      });
    }
  } finally {
    await lane.drain();
  }
}

/** One of the calls that a source is good for, until nothing is left or the source fails for good. */
async function fetchFrom(
  download: Download,
  source: Source,
  queue: Queue,
  lost: ReadonlySet<Source>,
): Promise<void> {
  const { retry, reporter, signal, sources } = download;
  const onRetry = (error: FedshotError, waitMs: number): void => {
    reporter.note(`${error.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`, 'retry', {
      error: error.code,
      waitMs,
    });
  };
  const batchBytes = sources.length > 1 ? SHARED_BATCH_BYTES : BATCH_BYTES;
  await retrying({ ...retry, signal, onRetry }, async (progressed) => {
    for (let batch; (batch = await queue.take(source, batchBytes)).length > 0;) {
      if (lost.has(source)) {
        queue.giveBack(source, batch);
        return; // another call has shown what this source is worth
      }
      try {
        await fetchBatch(download, source, batch, queue, progressed);
      } finally {
        queue.giveBack(source, batch);
      }
    }
  });
}

/** What a person has to hear of first: anything but an absent server. */
function mostTelling(errors: readonly FedshotError[]): FedshotError {
  const quiet = new Set(['network', 'not-found']);
  return errors.find(({ code }) => !quiet.has(code)) ?? errors[0]!;
}

/**
 * Fetches chunks from all sources at once. A source that fails is left out as soon as trying again
 * cannot help; what it had been asked for goes to the others. What a slow one was asked for is asked of
 * the others as well once these have nothing else to do, so that the fastest decides when it ends.
 *
 * @throws FedshotError the most telling one, once no source is left
 */
export async function download(job: Download, wanted: readonly Wanted[]): Promise<void> {
  const queue = new Queue(wanted, job.patienceMs);
  const errors: FedshotError[] = [];
  const lost = new Set<Source>();
  const fetchAll = async (source: Source): Promise<void> => {
    try {
      await fetchFrom(job, source, queue, lost);
    } catch (error) {
      if (queue.left === 0 && job.sources.length > 1) return; // its connection was closed: others have brought all
      if (!(error instanceof FedshotError) || error.code === 'io') job.stop(error as Error);
      if (job.signal.aborted) {
        queue.giveUp();
        return;
      }
      const fault = nameSource(source, error as FedshotError);
      errors.push(fault);
      if (job.sources.length > 1 && !lost.has(source))
        job.reporter.warn(`${fault.message}; going on without this source`, 'source-skipped', {
          source: source.name,
          error: fault.code,
        });
      lost.add(source);
    }
  };
  const lanes = job.sources.flatMap((source) => Array.from({ length: source.lanes }, () => source));
  const all = Promise.all(lanes.map(fetchAll));
  // A slow source is not waited for once others have brought everything.
  await (job.sources.length > 1 ? Promise.race([all, queue.ended]) : all);
  job.signal.throwIfAborted();
  if (queue.left > 0) throw mostTelling(errors);
  if (errors.length > 0 && job.sources.length === 1) {
    const { message, code } = mostTelling(errors);
    job.reporter.warn(message, 'source-failed', { error: code });
  }
}
