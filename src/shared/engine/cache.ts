import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ownEnvironment, SETTINGS, type Environment } from './settings.js';

/** Engines for every user of a machine, installed by its administrator. */
export const SHARED_ENGINES = '/usr/local/lib/fedshot/engines';

/** Where engines that fedshot fetches are kept: the folder of the setting, else the user's cache. */
export function enginesFolder(env: Environment = ownEnvironment()): string {
  const named = env[SETTINGS.engines] ?? '';
  if (isAbsolute(named)) return named;
  // The standard says of a setting that is empty or relative: not set.
  const setting = env.XDG_CACHE_HOME ?? '';
  const cache = isAbsolute(setting) ? setting : join(homedir(), '.cache');
  return join(cache, 'fedshot', 'engines');
}

/** Where engines are looked for, one's own first. */
export const engineFolders = (env: Environment = ownEnvironment()): string[] => [
  ...new Set([enginesFolder(env), SHARED_ENGINES]),
];
