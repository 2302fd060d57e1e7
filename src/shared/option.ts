/**
 * What options can be. Each is a zod schema that checks a value, and says besides how it stands on a
 * command line and what it means to a sandbox. The default and the words stand where an option is
 * declared, with `.default(…)` and `.describe('…')`, and nowhere else; a default path is a `.prefault(…)`,
 * which is made absolute as a given one is.
 */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { RECIPE_NAMES, type RecipeName } from './recipes.js';

/** What an option means besides its type. */
export interface OptionTraits {
  /** Its value in help, e.g. `<n>`; a switch has none. */
  readonly placeholder?: string;
  /** The value that a text on a command line stands for; the text itself unless said. */
  readonly fromText?: (text: string) => unknown;
  /** Values that it may have, known when it is asked for: what is registered from outside counts. */
  readonly choices?: () => readonly string[];
  /** Given several times, it is a list. */
  readonly repeated?: boolean;
  /** On a command line it may stand without a value, which means `true`. */
  readonly optionalValue?: boolean;
  /** It can be switched off, as `false`; the words for that. */
  readonly negation?: string;
  /** The environment variable that stands for it. */
  readonly env?: string;
  /** `data`: a notation of private data. What has one cannot run outside of the sandbox unasked. */
  readonly names?: 'data' | 'input' | 'output';
  /** For programs alone: it is no flag, and it does not travel to a sandbox's worker. */
  readonly programOnly?: boolean;
}

const traits = z.registry<OptionTraits>();

const REAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** A text that is no numeral stays what it is, and is then refused for not being a number. */
const numeral =
  (pattern: RegExp) =>
  (text: string): unknown =>
    pattern.test(text) ? Number(text) : text;

function number(accepts: string, placeholder: string, ok: (n: number) => boolean): z.ZodNumber {
  const error = `Expected ${accepts}.`;
  return z
    .number({ error })
    .refine((n) => Number.isFinite(n) && ok(n), { error })
    .register(traits, { placeholder, fromText: numeral(REAL) });
}

/** On a command line it is digits alone: `1e3`, `0x10` and `1.0` are taken for slips. */
function whole(
  accepts: string,
  placeholder: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): z.ZodNumber {
  const ok = (n: number): boolean => Number.isSafeInteger(n) && n >= min && n <= max;
  return number(accepts, placeholder, ok).register(traits, {
    placeholder,
    fromText: numeral(/^\d+$/),
  });
}

/** A count: 1 or more. */
export const positiveInteger = (placeholder = '<n>'): z.ZodNumber =>
  whole('a whole number of at least 1', placeholder, 1);

/** A count that may be none: 0 or more. */
export const nonNegativeInteger = (placeholder = '<n>'): z.ZodNumber =>
  whole('a whole number of at least 0', placeholder, 0);

/** Samples per step: of one, batch normalisation has no variance. */
export const batchSize = (): z.ZodNumber =>
  whole('a whole number of at least 2: batch normalisation needs two samples at a time', '<n>', 2);

/** Seeds are 32 bits, so that every one of them gives a stream of its own. */
export const seed = (): z.ZodNumber =>
  whole('a whole number from 0 to 4294967295', '<n>', 0, 4_294_967_295);

/** A TCP port to listen on. */
export const port = (): z.ZodNumber =>
  whole('a port from 0 (any free one) to 65535', '<n>', 0, 65_535);

/** A finite number that is not negative. */
export const nonNegativeReal = (placeholder: string): z.ZodNumber =>
  number('a number of at least 0', placeholder, (n) => n >= 0);

/** A finite number above 0. */
export const positiveReal = (placeholder: string): z.ZodNumber =>
  number('a number above 0', placeholder, (n) => n > 0);

/** A share from 0 to 1. */
export const fraction = (placeholder = '<share>'): z.ZodNumber =>
  number('a number from 0 to 1', placeholder, (n) => n >= 0 && n <= 1);

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A length of time in seconds; on a command line `45s`, `5m`, `2h`, `30d`. */
export const duration = (): z.ZodNumber =>
  number('a time such as 45s, 5m, 2h or 30d', '<time>', (n) => n >= 0).register(traits, {
    placeholder: '<time>',
    fromText: (text) => {
      const [, value, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
      return unit === undefined ? text : Number(value) * UNITS[unit as keyof typeof UNITS];
    },
  });

/** Any text. */
export const text = (placeholder: string): z.ZodString =>
  z.string({ error: 'Expected a text.' }).register(traits, { placeholder });

/** SHA-256, a key or its id in hex; spaces, colons and capitals do not count. */
export const hex64 = (placeholder: string, accepts = '64 hex digits'): z.ZodString =>
  z
    .string({ error: `Expected ${accepts}.` })
    .overwrite((digits) => digits.replace(/[\s:]/g, '').toLowerCase())
    .regex(/^[0-9a-f]{64}$/, { error: `Expected ${accepts}.` })
    .register(traits, { placeholder });

/** Where a server is reached. */
export const hostPort = (placeholder: string): z.ZodString => {
  const error = 'Expected HOST:PORT.';
  return z
    .string({ error })
    .refine(
      (address) => {
        const [, digits] = /^(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/i.exec(address) ?? [];
        return Number(digits) >= 1 && Number(digits) <= 65_535;
      },
      { error },
    )
    .register(traits, { placeholder });
};

/** A switch. On a command line it is there or not. */
export const flag = (): z.ZodBoolean => z.boolean({ error: 'Expected true or false.' });

/** One of some words. @param words asked for when a value is checked, since more may be registered */
export const choice = <T extends string>(
  placeholder: string,
  words: readonly T[] | (() => readonly string[]),
): z.ZodType<T, T> => {
  const all = typeof words === 'function' ? words : () => words;
  return z
    .custom<T>((value) => typeof value === 'string' && all().includes(value), {
      error: () => `Allowed choices are ${all().join(', ')}.`,
    })
    .register(traits, { placeholder, choices: all });
};

/** Whether one picture that cannot be read is too many. */
export const strict = () =>
  flag()
    .default(false)
    .describe('refuse the data where one picture of it cannot be read, rather than leave that out');

/** Folder for decoded pictures. */
export const pictureCache = () =>
  path('<dir>')
    .optional()
    .describe('keep pictures decoded in this folder while it runs; they are gone afterwards');

/** Which settings belong together. */
export const recipe = (): z.ZodType<RecipeName, RecipeName> => choice('<name>', RECIPE_NAMES);

/** A file or folder, made absolute against the folder that the process runs in. */
export const path = (placeholder: string): z.ZodString =>
  z
    .string({ error: 'Expected a path.' })
    .min(1, { error: 'Expected a path.' })
    .overwrite((value) => resolve(value))
    .register(traits, { placeholder });

/**
 * A file that is written at the end: a folder that stands in its place, or a file in the place of its
 * folder, is said before the work and not after it.
 */
export const outputFile = (placeholder = '<file>'): z.ZodString =>
  path(placeholder)
    .superRefine((file, context) => {
      const wrong = whyUnwritable(file);
      if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
    })
    .register(traits, { placeholder, names: 'output' });

function whyUnwritable(file: string): string | undefined {
  if (isFolder(file)) return 'Expected a file, and this is a folder.';
  let above = dirname(file);
  while (isFolder(above) === undefined && above !== dirname(above)) above = dirname(above);
  return isFolder(above) === false ? `${above} is not a folder.` : undefined;
}

/** undefined for what is not there, or not to be seen from here. */
function isFolder(file: string): boolean | undefined {
  try {
    return statSync(file).isDirectory();
  } catch {
    return undefined;
  }
}

/** Private data, in the notation of docs/data.md. */
export const dataNotation = (): z.ZodString =>
  z
    .string({ error: 'Expected data, e.g. idx:images.gz (docs/data.md).' })
    .min(1, { error: 'Expected data, e.g. idx:images.gz (docs/data.md).' })
    .register(traits, { placeholder: '<notation>', names: 'data' });

/** Words in one text, separated by commas: `thin,slanted`. */
export const list = (placeholder: string): z.ZodArray<z.ZodString> =>
  z
    .array(z.string().min(1, { error: 'Expected a comma-separated list.' }), {
      error: 'Expected a list.',
    })
    .register(traits, {
      placeholder,
      fromText: (value) => value.split(',').map((part) => part.trim()),
    });

/** Several of something; on a command line the option is repeated. */
export function several<S extends z.ZodType>(one: S): z.ZodArray<S> {
  return z.array(one).register(traits, { ...traitsOf(one), repeated: true });
}

/** Adds to what an option means. */
export function withTraits<S extends z.ZodType>(schema: S, more: OptionTraits): S {
  traits.add(schema, { ...traitsOf(schema), ...more });
  return schema;
}

/** What an option means, through `.default`, `.optional` and checks that were put around it. */
export function traitsOf(schema: z.ZodType): OptionTraits {
  return traits.get(schema) ?? (inner(schema) ? traitsOf(inner(schema)!) : {});
}

/** What is inside of a `.default` or `.optional`. */
export function inner(schema: z.ZodType): z.ZodType | undefined {
  const { def } = schema as z.ZodOptional<z.ZodType>;
  return def.innerType;
}

/** The words that describe an option. */
export function describeOption(schema: z.ZodType): string {
  const within = inner(schema);
  return schema.description ?? (within ? describeOption(within) : '');
}

/** The value that an option has where it is not given. */
export function defaultOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return schema.def.defaultValue;
  const within = inner(schema);
  return within && defaultOf(within);
}
