import { existsSync } from 'node:fs';
import { engineFolders } from './cache.js';
import { wantedEngine } from './choose.js';
import type { SandboxNeeds } from './definition.js';
import { engines } from './registry.js';
import { ownEnvironment, SETTINGS, type Environment } from './settings.js';
import type { EngineOptions } from './types.js';

/**
 * What an isolated process must see in order to compute as `options` say: the folders of engines, and
 * what the definitions of those that may be chosen add.
 *
 * @throws FedshotError `usage` for an unknown engine, `engine` for a setting that names none
 */
export function engineNeeds(
  { engine }: Pick<EngineOptions, 'engine'>,
  env: Environment = ownEnvironment(),
): Required<SandboxNeeds> {
  const wanted = wantedEngine({ engine, env });
  const chosen = wanted === 'auto' ? engines.all() : [engines.get(wanted)];
  const needs = chosen.map((definition) => definition.sandbox?.(env) ?? {});
  const folder = env[SETTINGS.engines];
  const variables: Record<string, string> = {};
  if (folder !== undefined) variables[SETTINGS.engines] = folder;
  for (const { env: added } of needs) Object.assign(variables, added);
  return {
    read: [
      ...engineFolders(env).filter((path) => existsSync(path)),
      ...needs.flatMap(({ read = [] }) => read),
    ],
    env: variables,
    restart: needs.some(({ restart }) => restart),
  };
}
