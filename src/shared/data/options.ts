import { z } from 'zod';
import { usage, type Notation } from './notation.js';

/** Options of a reader by their keys: each takes the text of a notation and gives a typed value. */
export type OptionShape = z.ZodRawShape;

/**
 * An option that is made of its text.
 *
 * @param parse returns the value, or calls `refuse` with why the text is none (a sentence that goes on
 *   from `key=text`, or nothing) and what to write instead
 */
export const option = <T>(parse: (text: string, refuse: Refuse) => T) =>
  z.string().transform((text, context): T => {
    const refuse: Refuse = (why, hint) => {
      context.addIssue({ code: 'custom', params: { why, hint } });
      return z.NEVER;
    };
    return parse(text, refuse);
  });

type Refuse = (why: string, hint?: string) => never;

/** An option that is a whole number from 0. */
export const wholeNumber = () =>
  option((text, refuse) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) ? value : refuse('is not an integer ≥ 0');
  });

/** An option that is two numbers, the second larger. */
export const numberRange = () =>
  option((text, refuse): readonly [number, number] => {
    const [low = NaN, high = NaN, more] = text
      .split(',')
      .map((part) => (part.trim() === '' ? NaN : Number(part)));
    if (more === undefined && Number.isFinite(low) && Number.isFinite(high) && low < high)
      return [low, high];
    return refuse('is no LOW,HIGH', 'two numbers, the first of which is black: -1,1');
  });

/** An option that is a list, joined by commas. */
export const commaSeparated = () => z.string().transform((text) => text.split(','));

/**
 * The options of a notation as their schema reads them.
 *
 * @param named the name of the reader, for the message on a key that it does not know
 * @throws FedshotError `usage`, naming the key
 */
export function parseReaderOptions<S extends OptionShape>(
  { source, options }: Notation,
  schema: z.ZodObject<S>,
  named: string,
): z.output<z.ZodObject<S>> {
  const keys = Object.keys(schema.shape);
  for (const key of options.keys())
    if (!keys.includes(key))
      throw usage(
        source,
        `unknown key "${key}"`,
        keys.length > 0 ? `${named} knows ${keys.join(', ')}` : `${named} knows none`,
      );
  const result = schema.safeParse(Object.fromEntries(options));
  if (result.success) return result.data;
  throw refused(source, options, result.error.issues[0]);
}

function refused(
  source: string,
  options: Notation['options'],
  issue: z.core.$ZodIssue | undefined,
): Error {
  const key = String(issue?.path[0] ?? '');
  const text = options.get(key);
  const message = issue?.message ?? '';
  if (text === undefined) return usage(source, key === '' ? message : `${key}= is missing`);
  const pair = `${key}=${text}`;
  if (issue?.code === 'invalid_value')
    return usage(source, pair, `it is ${issue.values.map(String).join(' or ')}`);
  if (issue?.code !== 'custom') return usage(source, `${pair}: ${message}`);
  const { why = message, hint } = (issue.params ?? {}) as { why?: string; hint?: string };
  return usage(source, why === '' ? pair : `${pair} ${why}`, hint);
}
