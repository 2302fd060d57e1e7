import { FedshotError } from './errors.js';

/** What a definition is called on a command line, in a notation and in a model's file. */
const NAME = /^[a-z][a-z0-9+_-]{0,39}$/;

/**
 * The definitions of one kind (networks, readers, methods, engines, commands), by name. Ours are there
 * from the start; programs add their own. A process has one registry of each kind: what a model's file
 * names must mean the same thing to all that read it.
 */
export class Registry<T extends { readonly name: string }> {
  readonly #known = new Map<string, T>();

  /** @param what the kind in the singular, for messages: `network` */
  constructor(
    readonly what: string,
    known: readonly T[] = [],
  ) {
    for (const definition of known) this.add(definition);
  }

  /** @throws FedshotError `usage` for a name that is none or is taken by another definition */
  add(definition: T): void {
    const { name } = definition;
    if (!NAME.test(name))
      throw new FedshotError('usage', `"${name}" cannot be a name (${this.what})`, {
        hint: 'a name has up to 40 small letters, digits, "+", "_" and "-", and begins with a letter',
      });
    const other = this.#known.get(name);
    if (other && other !== definition)
      throw new FedshotError('usage', `there is a ${this.what} "${name}" already`);
    this.#known.set(name, definition);
  }

  /** @throws FedshotError `usage` for a name that is not known, with those that are */
  get(name: string): T {
    const found = this.#known.get(name);
    if (!found)
      throw new FedshotError('usage', `unknown ${this.what} "${name}"`, {
        hint: `it is ${this.names().join(', ')}`,
      });
    return found;
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** In the order in which they were added. */
  names(): string[] {
    return [...this.#known.keys()];
  }

  all(): T[] {
    return [...this.#known.values()];
  }
}
