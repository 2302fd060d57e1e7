import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import type { Headings } from '../api/command.js';
import { defaultOf, describeOption, traitsOf } from '../shared/option.js';

type Shape = z.ZodObject<z.ZodRawShape>;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/**
 * Declares the options of a schema: flags, values, choices, defaults, words. Options that no heading
 * names come first.
 *
 * @param apart keys that are no flags: arguments of the command, or what only programs can give
 */
export function declareOptions(
  command: Command,
  schema: Shape,
  headings: Headings = {},
  apart: readonly string[] = [],
): void {
  const placed = new Set(Object.values(headings).flat());
  const unknown = [...placed].find((key) => !(key in schema.shape) && key !== 'json');
  if (unknown !== undefined) throw new TypeError(`${command.name()}: no option ${unknown}`);
  const others = Object.keys(schema.shape).filter((key) => !placed.has(key));
  const declare = (key: string, heading?: string): void => {
    // It is there already, like `--help`; a heading may claim it.
    const json = key === 'json' && command.options.find(({ long }) => long === '--json');
    if (json) {
      if (heading !== undefined) json.helpGroup(heading);
      return;
    }
    if (!apart.includes(key)) addOption(command, key, schema.shape[key] as z.ZodType);
  };
  const before = command.optionsGroup();
  for (const key of others) declare(key);
  for (const [heading, keys] of Object.entries(headings)) {
    command.optionsGroup(heading);
    for (const key of keys) declare(key, heading);
  }
  command.optionsGroup(before);
}

/** Heading, under `--help`, of what says on what and how apart a command computes. */
export const WHERE_IT_RUNS = 'Where it runs:';

/** Declares one option. */
export function addOption(
  command: Command,
  key: string,
  schema: z.ZodType,
  heading?: string,
): void {
  const { placeholder, env, choices, repeated, optionalValue, negation } = traitsOf(schema);
  const value = placeholder && (optionalValue ? `[${placeholder.slice(1, -1)}]` : placeholder);
  const flags = value ? `--${kebab(key)} ${value}` : `--${kebab(key)}`;
  const option = new Option(flags, describeOption(schema));
  if (env !== undefined) option.env(env);
  const standard = defaultOf(schema);
  if (standard !== undefined) option.default(standard);
  else if (!schema.safeParse(undefined).success) option.makeOptionMandatory();
  if (placeholder !== undefined)
    option.argParser<unknown>((text, previous) => {
      const one = valueOf(schema, text);
      if (!repeated) return one;
      const before =
        Array.isArray(previous) && previous !== standard ? (previous as unknown[]) : [];
      return [...before, one];
    });
  if (choices) Object.defineProperty(option, 'argChoices', { get: choices, configurable: true });
  if (heading !== undefined) option.helpGroup(heading);
  command.addOption(option);
  if (negation !== undefined) command.option(`--no-${kebab(key)}`, negation);
}

/** The value that a text stands for. @throws InvalidArgumentError in the words of the schema */
function valueOf(schema: z.ZodType, text: string): unknown {
  const { fromText, repeated } = traitsOf(schema);
  const value = fromText ? fromText(text) : text;
  const parsed = schema.safeParse(repeated ? [value] : value);
  if (!parsed.success)
    throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'Not understood.');
  return repeated ? (parsed.data as unknown[])[0] : parsed.data;
}
