import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { asFedshotError, FedshotError } from '../shared/errors.js';
import { register, type Definition } from './register.js';

/**
 * Loads files whose default export is one definition or a list of them, and registers those.
 * @throws FedshotError `usage` for a file that exports none, or that cannot be loaded
 */
export async function usePlugins(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { default: exported } = await load(file);
    const definitions = Array.isArray(exported) ? exported : [exported];
    if (definitions.length === 0 || !definitions.every(isDefinition))
      throw new FedshotError('usage', `${file} defines nothing`, {
        hint: 'its default export is what defineNetwork, defineReader, defineMethod, defineEngine or defineCommand gives, or a list of those',
      });
    register(...definitions);
  }
}

async function load(file: string): Promise<{ default?: unknown }> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
  } catch (error) {
    throw asFedshotError(error, 'usage', `cannot load ${file}`);
  }
}

const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && 'kind' in value && 'name' in value;
