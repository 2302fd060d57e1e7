import { asFedshotError } from '../errors.js';
import { silent } from '../reporter.js';
import { installLibtorch } from './libtorch/install.js';
import type { InstallOptions } from './libtorch/install.js';
import { listEngines } from './list.js';
import type { EngineListing } from './list.js';

/**
 * Makes sure that the fast engine is here when it can be had: fetches LibTorch for the CPU if nothing
 * faster than WebAssembly is found. Never fails for want of it: says in one line how to get it and
 * leaves the choice at `wasm`. Does nothing where `FEDSHOT_ENGINE` asks for another engine.
 *
 * @throws FedshotError `engine` when `FEDSHOT_LIBTORCH` names none; the signal's reason
 */
export async function ensureEngine(options: InstallOptions = {}): Promise<EngineListing> {
  const { reporter = silent } = options;
  const asked = process.env.FEDSHOT_ENGINE ?? 'auto';
  const best = (): EngineListing => listEngines().find(({ chosen }) => chosen)!;
  if (best().engine === 'wasm' && (asked === 'auto' || asked === 'libtorch'))
    try {
      reporter.note('No fast tensor engine here yet: fetching LibTorch with pip (190 MB, once)');
      await installLibtorch({ ...options, device: 'cpu' });
    } catch (error) {
      options.signal?.throwIfAborted();
      const { message, hint } = asFedshotError(error, 'engine');
      const remedy = hint ? ` (${hint})` : '';
      reporter.warn(`Going on with the wasm engine, many times slower: ${message}${remedy}`);
    }
  return best();
}
