import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Place } from '../world.js';
import type { Scenario } from './types.js';

interface Result {
  readonly provider: { readonly heldOutAccuracy: number };
  readonly sites: readonly { readonly name: string; readonly adaptedAccuracy: number }[];
}

/** The figures of the newest simulation that says that it has ended. */
function figures(at: Place): string {
  if (!existsSync(at.at('simulations'))) return 'none';
  const ended = readdirSync(at.at('simulations'))
    .map((name) => at.at('simulations', name, 'result.json'))
    .filter((file) => existsSync(file));
  const newest = ended.sort().at(-1);
  if (!newest) return 'none';
  const { provider, sites } = JSON.parse(readFileSync(newest, 'utf8')) as Result;
  const of = sites.map(({ name, adaptedAccuracy }) => `${name} ${adaptedAccuracy}`).join(', ');
  return `provider ${provider.heldOutAccuracy}, ${of}`;
}

/**
 * Its own operations. Those of the commands that it starts stand in the scenarios of these: here they
 * are in folders that nobody has used before, as there.
 */
export const SIMULATE: Scenario = {
  name: 'simulate',
  words: (at) => [
    ...['simulate', '--sites', '1', '--domains', 'thin', '--arch', 'mlp', '--engine', 'wasm'],
    ...['--source-samples', '60', '--samples', '60', '--test-samples', '60'],
    ...['--epochs', '1', '--adapt-epochs', '1', '--out', at.at('simulations'), '--json'],
  ],
  look: (at) => Promise.resolve(figures(at)),
  // Each simulation has a folder of its own, named after the time; one that was killed stays as it is.
  leaves: /^simulations\/[^/]+\/\.(?:simulation|result)\.json\.#\.tmp$/,
};
