import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where engines that fedshot fetched are kept, in the user's cache folder. */
export function enginesFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'fedshot', 'engines');
}
