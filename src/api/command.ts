import type { z } from 'zod';
import type { FedshotError } from '../shared/errors.js';
import { Registry } from '../shared/registry.js';
import type { Operation } from './operation.js';

type Shape = z.ZodObject<z.ZodRawShape>;

/** Headings of `--help`, each with the options that stand below it. */
export type Headings = Readonly<Record<string, readonly string[]>>;

/** How an operation stands on the command line. Its options, defaults and words are its own. */
export interface CommandOf<S extends Shape, R> {
  readonly operation: Operation<S, R>;
  /** Commander's notation, e.g. `adapt` or `evidence <folder>`; arguments are options of that name. */
  readonly name: string;
  readonly about: string;
  readonly examples: readonly [string, ...string[]];
  readonly headings?: Headings;
  /** The JSON document; the result itself unless told. */
  value?(result: R): unknown;
  /** What a person reads. */
  text(result: R, options: z.output<S>): string;
  /** The error with which it ends although there is a result: a verdict is an exit code, too. */
  failure?(result: R, options: z.output<S>): FedshotError | undefined;
  /** For work that answers before it ends: what is said then, in place of the result. */
  answer?(value: unknown, options: z.output<S>): string;
  /** Options that this command sets by itself, and that are no flags of it. */
  readonly preset?: Partial<z.input<S>>;
  /** For work that is never kept apart, since it reads nothing private: `--isolate` is no flag of it. */
  readonly isolate?: 'off';
  /** Whether `--help` lists it as what its group does by itself. */
  readonly isDefault?: boolean;
}

/** A command from outside this package. */
export interface CommandDefinition<S extends Shape = Shape, R = unknown> extends CommandOf<S, R> {
  readonly kind: 'command';
  /** The group that it belongs to, as `fedshot --help` lists them. */
  readonly group: 'provider' | 'client' | 'audit' | 'engine' | 'keys' | 'provision';
}

/** Checks and types the definition of a command; `register` or `--plugin` adds it. */
export const defineCommand = <S extends Shape, R>(
  definition: Omit<CommandDefinition<S, R>, 'kind'>,
): CommandDefinition<S, R> => ({ ...definition, kind: 'command' });

/** Commands that were added to this process. */
export const commands = new Registry<CommandDefinition>('command');
