import { availableParallelism } from 'node:os';
import type { PictureSet } from '../../data/pictures/types.js';
import type { PictureBatch, View } from '../../data/pictures/view.js';
import { FedshotError } from '../../errors.js';
import type { PictureStep } from '../steps.js';
import { openPictureCache, type CacheOptions } from './cache/open.js';
import { atCrop, type PreparedViews, type PrepareSettings } from './prepare.js';
import { inThisThread, Threads } from './threads.js';

export interface LoaderOptions {
  /** What the contract does to a decoded picture. */
  readonly steps: readonly PictureStep[];
  /** `[C, H, W]` that it ends with. */
  readonly shape: readonly [number, number, number];
  /** Threads that read; 0 is this one. As many as there are cores, at most four. */
  readonly workers?: number;
  /** Keeps what is decoded and resized. */
  readonly cache?: CacheOptions;
  /** A picture that cannot be read ends it all, in place of being left out. */
  readonly strict?: boolean;
  /** Told of each picture that is left out, once. Its message names the file: it is for this site alone. */
  readonly onBroken?: (error: FedshotError, sample: number) => void;
  /** Told of what looks odd, one line each. It names files too. */
  readonly onNote?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Pictures of a set, as batches of levels. */
export interface LoadedPictures {
  /**
   * Reads what is asked for, request after request, ahead of whoever takes the batches: of requests that
   * were not taken yet two are held, or some pictures per thread where that is more.
   *
   * @param requests taken one by one, in order
   * @returns a batch for each request, in order; the same whatever the number of threads
   * @throws FedshotError `data` with `strict` for the first picture that cannot be read; the signal's reason
   */
  batches(requests: Iterable<readonly View[]>): AsyncGenerator<PictureBatch, void, undefined>;
  /** Ends the threads and frees the cache. @throws FedshotError `io` */
  close(): Promise<void>;
}

const MOST_THREADS = 4;
/** Pictures that go to a thread at a time: a usual batch, which is then never copied. */
const SLICE = 64;

/**
 * Opens the pictures of a set. Nothing is read before a batch is asked for.
 * @throws FedshotError `io` for a cache that cannot be made
 */
export function loadPictures(set: PictureSet, options: LoaderOptions): LoadedPictures {
  const { steps, shape, cache: wanted, signal } = options;
  const workers = options.workers ?? Math.min(MOST_THREADS, availableParallelism());
  const cache = wanted && openPictureCache(wanted, set.refs, atCrop(steps)[0]);
  const settings: PrepareSettings = { steps, shape, cache: cache?.handle };
  const threads = workers === 0 ? inThisThread(settings) : new Threads(settings, workers);
  const told = teller(set, options);
  const size = shape.reduce((a, b) => a * b);
  let closed = false;
  const ahead = SLICE * (workers + 1);

  const start = async (views: readonly View[]): Promise<Started> => {
    const slices: Promise<PreparedViews>[] = [];
    for (let from = 0; from < views.length; from += SLICE) {
      const some = views.slice(from, from + SLICE);
      slices.push(
        threads.prepare({ views: some, refs: some.map(({ sample }) => refOf(set, sample)) }),
      );
    }
    return { views, slices: await Promise.all(slices) };
  };

  async function* batches(
    requests: Iterable<readonly View[]>,
  ): AsyncGenerator<PictureBatch, void, undefined> {
    const coming = requests[Symbol.iterator]();
    const queue: { views: number; batch: Promise<Started> }[] = [];
    const held = (): number => queue.reduce((sum, { views }) => sum + views, 0);
    const fill = (): void => {
      while (queue.length < 2 || held() < ahead) {
        const next = coming.next();
        if (next.done) return;
        const batch = start(next.value);
        batch.catch(() => undefined); // it is thrown when its turn comes
        queue.push({ views: next.value.length, batch });
      }
    };
    try {
      for (;;) {
        fill();
        const first = queue.shift();
        if (!first) return;
        const done = await orAborted(first.batch, signal);
        fill(); // the threads go on while the batch is worked on
        yield joined(done, size, told);
      }
    } finally {
      coming.return?.();
    }
  }

  return {
    batches,
    async close() {
      if (closed) return;
      closed = true;
      await threads.close();
      const { refused = 0 } = cache?.slots ?? {};
      if (refused > 0)
        options.onNote?.(`the cache is full: ${refused} times a picture found no room`);
      cache?.close();
    },
  };
}

interface Started {
  readonly views: readonly View[];
  readonly slices: readonly PreparedViews[];
}

function refOf({ refs, source }: PictureSet, sample: number): PictureSet['refs'][number] {
  const ref = refs[sample];
  if (!ref) throw new FedshotError('internal', `${source}: there is no sample ${sample}`);
  return ref;
}

type Tell = (views: readonly View[], prepared: PreparedViews) => void;

/** Tells of each picture once, or ends at the first one that is broken. */
function teller(set: PictureSet, { strict, onBroken, onNote }: LoaderOptions): Tell {
  const known = new Set<number>();
  return (views, { failures, odd }) => {
    const isNew = (at: number): number | undefined => {
      const { sample } = views[at] ?? {};
      if (sample === undefined || known.has(sample)) return undefined;
      known.add(sample);
      return sample;
    };
    for (const { at, code, message, hint } of failures) {
      if (code === 'interrupted') throw new FedshotError(code, message);
      if (strict)
        throw new FedshotError('data', message, {
          hint: hint ?? 'leave it out, or go on without it: do not be strict',
        });
      const sample = isNew(at);
      if (sample !== undefined) onBroken?.(new FedshotError(code, message, { hint }), sample);
    }
    for (const { at, why } of odd) {
      const sample = isNew(at);
      if (sample !== undefined) onNote?.(`${refOf(set, sample).path}: ${why}`);
    }
  };
}

/** The slices of a request as one batch; what a thread has filled is not copied where it is all of it. */
function joined({ views, slices }: Started, size: number, tell: Tell): PictureBatch {
  const kept: number[] = [];
  let from = 0;
  for (const slice of slices) {
    const some = views.slice(from, from + SLICE);
    tell(some, slice);
    const failed = new Set(slice.failures.map(({ at }) => at));
    for (const at of some.keys()) if (!failed.has(at)) kept.push(from + at);
    from += SLICE;
  }
  const [only] = slices;
  if (only && slices.length === 1) return { pixels: only.pixels, kept: Int32Array.from(kept) };
  const pixels = new Uint8Array(kept.length * size);
  let to = 0;
  for (const slice of slices) {
    pixels.set(slice.pixels, to);
    to += slice.pixels.length;
  }
  return { pixels, kept: Int32Array.from(kept) };
}

/** @throws the signal's reason as soon as it is aborted */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const end = (): void => signal.removeEventListener('abort', abort);
    work.then(resolve, reject).finally(end);
  });
}
