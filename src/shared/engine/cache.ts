import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where engines that fedshot fetched are kept, in the user's cache folder. */
export function enginesFolder(): string {
  // The standard says of a setting that is empty or relative: not set.
  const setting = process.env.XDG_CACHE_HOME ?? '';
  const cache = isAbsolute(setting) ? setting : join(homedir(), '.cache');
  return join(cache, 'fedshot', 'engines');
}
