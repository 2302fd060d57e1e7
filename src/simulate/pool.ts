import pLimit from 'p-limit';

/** What became of one item. */
export type Settled<Result> = { value: Result } | { error: unknown };

/**
 * Runs `work` on every item, at most `atOnce` at a time; the results are in the items' order. A failure
 * is that item's own and ends nothing else. After an abort no item is begun any more: each that was not
 * fails with the signal's reason.
 */
export function pool<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Settled<Result>[]> {
  return pLimit(atOnce).map(items, async (item) => {
    try {
      signal?.throwIfAborted();
      return { value: await work(item) };
    } catch (error) {
      return { error };
    }
  });
}
