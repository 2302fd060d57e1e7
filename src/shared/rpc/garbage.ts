import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'minor' }) => void;

/** What may be let go between two collections, in bytes. */
const EVERY = 8 * 2 ** 20;

let collect: Collect | undefined;
let since = 0;

/**
 * Of a small heap V8 looks through everything as soon as 8 MiB were added, and buffers outside of it
 * count: with messages of a megabyte that is a second thread marking all the time, at twice the
 * processor time of the whole transfer. Twice the heap is still some 50 MiB.
 */
const GROWTH = '--heap-growing-percent=100';

function prepare(): Collect {
  setFlagsFromString(GROWTH);
  setFlagsFromString('--expose-gc');
  const made = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return made;
}

/**
 * Is told of buffers that nobody needs any longer, and collects young garbage every few megabytes. A
 * megabyte in a buffer is one small object to V8, which lets some 60 MiB of them pile up before it
 * looks; asked now and then, at a millisecond each, it keeps a few.
 */
export function letGo(bytes: number): void {
  since += bytes;
  if (since < EVERY) return;
  since = 0;
  (collect ??= prepare())({ type: 'minor' });
}
