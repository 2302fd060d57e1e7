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
