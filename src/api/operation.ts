import type { z } from 'zod';
import { FedshotError } from '../shared/errors.js';
import { traitsOf } from '../shared/option.js';
import type { IsolateOptions, StepContext } from '../shared/isolate/index.js';
import './registries.js';

/** What a step needs of the machine; every other file, and a network unless said, is kept from it. */
export type Rights = Partial<Omit<IsolateOptions, 'mode' | 'plugins' | 'foreign'>>;

type Schema = z.ZodObject<z.ZodRawShape>;

/** Where a step is prepared: outside of the sandbox, before it runs. */
export type Outside = Pick<StepContext, 'reporter' | 'signal' | 'now' | 'env'> & Secrets;

/** Asks a person; absent where nobody is there. */
export interface Secrets {
  /** The answer, which is not shown while it is typed; undefined where none was given. */
  askSecret?(question: string): Promise<string | undefined>;
}

/** One thing that fedshot does, for programs and for the command line alike. */
export interface Operation<S extends Schema = Schema, R = unknown> {
  /** As on the command line, e.g. `client adapt`. */
  readonly name: string;
  /** URL of the module whose default export this is: what a sandbox's worker loads. */
  readonly module: string;
  /** Every option with its check, its default and what it means. */
  readonly options: S;
  /**
   * What it may see and touch. An operation with rights runs in the sandbox; files that its options name
   * as private data are readable to it, and those that they name as outputs can be written, without
   * being said again. Where it gives none, no private data was named and the work runs in this process.
   */
  rights?(options: z.output<S>, outside: Outside): Rights | undefined | Promise<Rights | undefined>;
  /** Does it. Reads files through `insidePath` where its rights name outputs or mirrors. */
  run(options: z.output<S>, context: StepContext & Secrets): Promise<R>;
}

/**
 * Checks a definition. One that takes private data has to say its rights: there is no way to write one
 * that reads private data outside of the sandbox.
 *
 * @throws TypeError
 */
export function defineOperation<S extends Schema, R>(operation: Operation<S, R>): Operation<S, R> {
  if (optionsThatName(operation.options, 'data').length > 0 && !operation.rights)
    throw new TypeError(`${operation.name} reads private data and says no rights`);
  return operation;
}

/** Names of the options that name private data, or files that are written. */
export const optionsThatName = (schema: Schema, what: 'data' | 'output'): string[] =>
  Object.keys(schema.shape).filter(
    (key) => traitsOf(schema.shape[key] as z.ZodType).names === what,
  );

/** Options that only programs can give. They stay in the process that was given them. */
export const programOnly = (schema: Schema): string[] =>
  Object.keys(schema.shape).filter(
    (key) => traitsOf(schema.shape[key] as z.ZodType).programOnly === true,
  );

/**
 * The options of a program, checked and with their defaults.
 * @throws FedshotError `usage` that names the option
 */
export function parseOptions<S extends Schema>(
  { name, options }: Operation<S>,
  given: z.input<S>,
): z.output<S> {
  const parsed = options.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const known = Object.keys(options.shape);
  if (issue?.code === 'unrecognized_keys')
    throw new FedshotError('usage', `${name}: unknown option "${issue.keys.join('", "')}"`, {
      hint: `it knows ${known.join(', ')}`,
    });
  const key = String(issue?.path[0] ?? '');
  const value = (given as Record<string, unknown>)[key];
  const missing = value === undefined && key !== '';
  const message = missing ? `${key} is missing` : `${key}: ${issue?.message ?? 'not understood'}`;
  throw new FedshotError('usage', `${name}: ${message}`);
}
