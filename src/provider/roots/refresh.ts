import type { Freshness, Keyring } from '../../shared/release/index.js';
import { refreshFreshness } from '../publish/freshness.js';
import { finishRootChange } from './finish.js';

/**
 * Signs the list of releases anew, so that it stays fresh, and first finishes a change of the root
 * that was interrupted.
 *
 * @throws FedshotError `trust` without the freshness key, `io`
 */
export async function refreshStore(options: {
  store: string;
  keyring: Keyring;
  now: Date;
  days?: number;
}): Promise<Freshness> {
  const finished = await finishRootChange(options);
  return finished?.freshness ?? refreshFreshness(options);
}
