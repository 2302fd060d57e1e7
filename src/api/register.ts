import { methods, type AdaptationMethod } from '../client/methods/index.js';
import { readers, type ReaderDefinition } from '../shared/data/index.js';
import type { EngineDefinition } from '../shared/engine/index.js';
import { engines } from '../shared/engine/registry.js';
import { FedshotError } from '../shared/errors.js';
import type { Network } from '../shared/model/network.js';
import { networks } from '../shared/model/networks/index.js';
import { commands, type CommandDefinition } from './command.js';

/** What can be added from outside this package. */
export interface Definition {
  readonly kind: string;
  readonly name: string;
}

/** Each takes definitions of its own kind, which `define…` has checked. */
const add: Readonly<Record<string, (definition: Definition) => void>> = {
  network: (definition) => networks.add(definition as Network),
  reader: (definition) => readers.add(definition as ReaderDefinition),
  method: (definition) => methods.add(definition as AdaptationMethod),
  engine: (definition) => engines.add(definition as EngineDefinition),
  command: (definition) => commands.add(definition as CommandDefinition),
};

/**
 * Adds definitions to this process. The sandbox's worker is another process: what it shall know stands in
 * a file that `plugins` names.
 *
 * @throws FedshotError `usage` for a kind that is not known or a name that is taken
 */
export function register(...definitions: readonly Definition[]): void {
  for (const definition of definitions) {
    const { kind } = definition;
    const into = Object.hasOwn(add, kind) ? add[kind] : undefined;
    if (!into)
      throw new FedshotError('usage', `"${kind}" is no kind of definition`, {
        hint: `it is ${Object.keys(add).join(', ')}`,
      });
    into(definition);
  }
}
