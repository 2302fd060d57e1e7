import { FedshotError } from '../shared/errors.js';
import type { Registry } from '../shared/registry.js';

/** What can be added from outside this package. */
export interface Definition {
  readonly kind: string;
  readonly name: string;
}

const registries = new Map<string, Registry<Definition>>();

/** Tells of the registry of a kind; done once by the module that gathers all of them. */
export function registryOf(kind: string, registry: Registry<never>): void {
  registries.set(kind, registry as unknown as Registry<Definition>);
}

/**
 * Adds definitions to this process. The sandbox's worker is another process: what it shall know stands in
 * a file that `plugins` names.
 *
 * @throws FedshotError `usage` for a kind that is not known or a name that is taken
 */
export function register(...definitions: readonly Definition[]): void {
  for (const definition of definitions) {
    const registry = registries.get(definition.kind);
    if (!registry)
      throw new FedshotError('usage', `"${definition.kind}" is no kind of definition`, {
        hint: `it is ${[...registries.keys()].join(', ')}`,
      });
    registry.add(definition);
  }
}
