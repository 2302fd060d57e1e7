import { asFedshotError, FedshotError } from '../errors.js';
import { silent } from '../reporter.js';
import { installable } from './choose.js';
import type { Installed, InstallOptions } from './definition.js';
import { listEngines } from './list.js';
import type { EngineListing } from './list.js';
import { engines } from './registry.js';
import { ownEnvironment, SETTINGS } from './settings.js';

/**
 * Fetches an engine into the folder of engines.
 *
 * @throws FedshotError `usage` for one that cannot be fetched, and what its definition's `install` throws
 */
export async function installEngine(
  name: string,
  options: InstallOptions = {},
): Promise<Installed> {
  const definition = engines.has(name) ? engines.get(name) : undefined;
  if (definition?.install) return definition.install(options);
  const known = installable();
  const always = engines.names().filter((other) => !known.includes(other));
  throw new FedshotError('usage', `cannot install an engine called ${name}`, {
    hint: `${known.join(' and ')} can be installed; ${always.join(', ')} need not be`,
  });
}

/**
 * Makes sure that the fast engine is here when it can be had: fetches LibTorch for the CPU if nothing
 * faster than WebAssembly is found. Never fails for want of it: says in one line how to get it and
 * leaves the choice at `wasm`. Does nothing where `FEDSHOT_ENGINE` asks for another engine.
 *
 * @throws FedshotError `engine` when `FEDSHOT_LIBTORCH` names none; the signal's reason
 */
export async function ensureEngine(options: InstallOptions = {}): Promise<EngineListing> {
  const { reporter = silent, env = ownEnvironment() } = options;
  const asked = env[SETTINGS.engine] ?? 'auto';
  const [first] = installable();
  const best = (): EngineListing => listEngines({ env }).find(({ chosen }) => chosen)!;
  if (first && engines.get(best().engine).slow && (asked === 'auto' || asked === first))
    try {
      reporter.note(
        'No fast tensor engine here yet: fetching LibTorch with pip (190 MB, once)',
        'engine-install',
        {
          engine: 'libtorch',
        },
      );
      await installEngine(first, { ...options, device: 'cpu' });
    } catch (error) {
      options.signal?.throwIfAborted();
      const { message, hint } = asFedshotError(error, 'engine');
      const remedy = hint ? ` (${hint})` : '';
      reporter.warn(
        `Going on with the wasm engine, many times slower: ${message}${remedy}`,
        'engine-slow',
        {
          engine: 'wasm',
        },
      );
    }
  return best();
}
