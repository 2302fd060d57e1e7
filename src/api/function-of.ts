import type { z } from 'zod';
import type { Job } from './job.js';
import type { Operation } from './operation.js';
import { perform, type Settings } from './perform.js';

type Schema = z.ZodObject<z.ZodRawShape>;

/**
 * The function by which programs run an operation: options as its schema has them, those with defaults
 * left out at will, and how the work is run. It throws nothing at once: the job rejects.
 */
export const functionOf =
  <S extends Schema, R>(operation: Operation<S, R>) =>
  (options: z.input<S>, settings?: Settings): Job<R> =>
    perform(operation, options, settings);

/**
 * The options of a function of the API: `OptionsOf<typeof adapt>`.
 *
 * @typeParam F type of the function
 */
export type OptionsOf<F extends (options: never) => unknown> = Parameters<F>[0];

/**
 * What comes of a function of the API: `ResultOf<typeof adapt>`.
 *
 * @typeParam F type of the function
 */
export type ResultOf<F extends (options: never) => unknown> = Awaited<ReturnType<F>>;
