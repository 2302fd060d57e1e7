import { methods } from '../client/methods/index.js';
import { readers } from '../shared/data/index.js';
import { engines } from '../shared/engine/registry.js';
import { FedshotError } from '../shared/errors.js';
import { networks } from '../shared/model/networks/index.js';
import { commands } from './command.js';

/** What can be added from outside this package. */
export interface Definition {
  readonly kind: string;
  readonly name: string;
}

/** Each accepts definitions of its own kind, which `define…` has checked. */
const registries: Readonly<Record<string, { add(definition: never): void }>> = {
  network: networks,
  reader: readers,
  method: methods,
  engine: engines,
  command: commands,
};

/**
 * Adds definitions to this process. The sandbox's worker is another process: what it shall know stands in
 * a file that `plugins` names.
 *
 * @throws FedshotError `usage` for a kind that is not known or a name that is taken
 */
export function register(...definitions: readonly Definition[]): void {
  for (const definition of definitions) {
    const registry = Object.hasOwn(registries, definition.kind)
      ? registries[definition.kind]
      : undefined;
    if (!registry)
      throw new FedshotError('usage', `"${definition.kind}" is no kind of definition`, {
        hint: `it is ${Object.keys(registries).join(', ')}`,
      });
    (registry).add(definition);
  }
}
