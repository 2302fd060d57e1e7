/** What several scenarios need. */
import { keys, store } from '../look.js';
import type { Place } from '../world.js';

export const inStore = (at: Place): string[] => ['--store', at.at('store'), '--json'];

export const both =
  (...looks: ((at: Place) => Promise<string>)[]) =>
  async (at: Place): Promise<string> => {
    const seen: string[] = [];
    for (const look of looks) seen.push(await look(at));
    return seen.join(', ');
  };
/** What is seen of a store, and whether its keys sign. */
export const office = both(store, (at) => keys(at));
