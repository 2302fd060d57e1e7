/** What became of one item. */
export type Settled<Result> = { value: Result } | { error: unknown };

/**
 * Runs `work` on every item, at most `atOnce` at a time, results in the items' order. A failure is that
 * item's own and ends nothing else; after an abort nothing more is begun, and what was not fails with
 * the signal's reason.
 */
export async function pool<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Settled<Result>[]> {
  const results: Settled<Result>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      try {
        signal?.throwIfAborted();
        results[at] = { value: await work(items[at]!) };
      } catch (error) {
        results[at] = { error };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
