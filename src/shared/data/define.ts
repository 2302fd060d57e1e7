import { z } from 'zod';
import { FedshotError } from '../errors.js';
import type { Notation } from './notation.js';
import type { OptionShape } from './options.js';
import type { LoadedSamples } from './pictures/types.js';
import type { ExpectedInput } from './types.js';

/** A notation whose options have been read. */
export interface ReaderInput<S extends OptionShape = OptionShape> extends Omit<
  Notation,
  'reader' | 'options'
> {
  readonly options: z.output<z.ZodObject<S>>;
}

/** What a reader is told besides the notation. */
export interface ReadContext {
  /** What the model takes that the samples are read for, where it is known. */
  readonly takes?: ExpectedInput;
  /** Says what a person should know of how the data was read, one line each. */
  readonly warn: (line: string) => void;
  /** Reading ends with its reason once it is aborted. */
  readonly signal?: AbortSignal;
}

/** A way to read samples: what `NAME:PATH?key=value` means. */
export interface ReaderDefinition<S extends OptionShape = OptionShape> {
  readonly kind: 'reader';
  /** What stands before the colon. */
  readonly name: string;
  /** What it reads, in a few words. */
  readonly description: string;
  /** How it is written, with what may be left out in brackets: `idx:IMAGES[,LABELS]`. */
  readonly example: string;
  /** The keys that it knows. Each takes text, and says with `.describe()` what it is for. */
  readonly options: z.ZodObject<S>;
  /** Whether `#PART` means something to it. */
  readonly part?: boolean;
  /**
   * All files and folders that `read` opens: a sandbox shows it these and no others. Called outside of
   * the sandbox, so it opens none of them.
   */
  files(input: ReaderInput<S>): readonly string[];
  /**
   * Reads the samples; what it returns is checked (`checkDataset`).
   * @throws FedshotError `not-found`, `io`, `limit` or `data`, naming the file; `usage`
   */
  read(input: ReaderInput<S>, context: ReadContext): LoadedSamples | Promise<LoadedSamples>;
}

/**
 * Checks and returns the definition of a reader; `readers.add` makes it known.
 * @throws FedshotError `usage` for a definition that is incomplete
 */
export function defineReader<S extends OptionShape>(
  definition: Omit<ReaderDefinition<S>, 'kind'> & { readonly kind?: 'reader' },
): ReaderDefinition<S> {
  const { name, description, example, options, files, read } = definition;
  const bad = (why: string): FedshotError =>
    new FedshotError('usage', `reader "${name}": ${why}`, { hint: 'see defineReader' });
  if (typeof files !== 'function' || typeof read !== 'function')
    throw bad('needs the functions files and read');
  if (!description) throw bad('needs a description');
  if (!example?.startsWith(`${name}:`)) throw bad(`its example has to begin with ${name}:`);
  if (!options?.shape) throw bad('its options are no object schema of zod');
  const mute = Object.entries(options.shape).find(
    ([, schema]) => !(schema as z.ZodType).description,
  );
  if (mute) throw bad(`the option "${mute[0]}" needs .describe(…) as its last call`);
  return { ...definition, kind: 'reader' };
}
