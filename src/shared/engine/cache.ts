import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Engines for every user of a machine: whoever administers it installs them there. */
export const SHARED_ENGINES = '/usr/local/lib/fedshot/engines';

/** A folder of engines that this process is told of. */
export const ENGINES_SETTING = 'FEDSHOT_ENGINES';

/** Where engines that fedshot fetches are kept: the folder of the setting, else the user's cache. */
export function enginesFolder(): string {
  const told = process.env[ENGINES_SETTING] ?? '';
  if (isAbsolute(told)) return told;
  // The standard says of a setting that is empty or relative: not set.
  const setting = process.env.XDG_CACHE_HOME ?? '';
  const cache = isAbsolute(setting) ? setting : join(homedir(), '.cache');
  return join(cache, 'fedshot', 'engines');
}

/** Where engines are looked for, one's own first. */
export const engineFolders = (): string[] => [...new Set([enginesFolder(), SHARED_ENGINES])];
