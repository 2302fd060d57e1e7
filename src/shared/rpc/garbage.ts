/**
 * Two settings of V8 that large transfers need, made when the first buffers are released. What they buy
 * in processor time of client and server together, by `npm run bench:transfer` in alternating pairs on
 * two cores that did other work beside (Node 20.20): of 1 GiB 8.4 s with them (one pull), 12.0 and
 * 12.8 s without; of 512 MiB 3.6 and 4.1 s (medians of seven pulls each); of 256 MiB nothing (2.0 and
 * 1.6 s, medians of five). The larger heap alone, or the collections alone, gained nothing.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'minor' }) => void;

/** Bytes of released buffers between two collections. */
const EVERY = 8 * 2 ** 20;

let collect: Collect | undefined;
let since = 0;

/**
 * Lets the heap double before V8 marks it. V8 counts buffers that lie outside the heap as well: with
 * messages of a megabyte a small heap reaches its limit every 8 MiB, and a second thread marks all the
 * time. A heap of twice the size is still only some 50 MiB.
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
 * Counts bytes of buffers that are no longer needed, and collects young garbage every 8 MiB, which takes
 * about a millisecond. To V8 a buffer of a megabyte is one small object, so that by itself it lets some
 * 60 MiB of them pile up.
 */
export function letGo(bytes: number): void {
  since += bytes;
  if (since < EVERY) return;
  since = 0;
  (collect ??= prepare())({ type: 'minor' });
}
