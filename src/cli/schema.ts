import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import type { Headings } from '../api/command.js';
import { defaultOf, describeOption, traitsOf } from '../shared/option.js';

type Shape = z.ZodObject<z.ZodRawShape>;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/**
 * Declares the options of a schema: flags, values, choices, defaults, words. Options that no heading
 * names come first. What only programs can give is no flag; a flag that is there already, as `json`, can
 * be put below a heading.
 *
 * @param apart keys that are no flags: arguments of the command, or what it sets by itself
 */
export function declareOptions(
  command: Command,
  schema: Shape,
  headings: Headings = {},
  apart: readonly string[] = [],
): void {
  const there = new Map(command.options.map((option) => [option.attributeName(), option]));
  const placed = new Set(Object.values(headings).flat());
  const unknown = [...placed].find((key) => !(key in schema.shape) && !there.has(key));
  if (unknown !== undefined) throw new TypeError(`${command.name()}: no option ${unknown}`);
  const declare = (key: string, heading?: string): void => {
    const option = schema.shape[key] as z.ZodType | undefined;
    if (!option) there.get(key)?.helpGroup(heading ?? 'Options:');
    else if (!apart.includes(key) && !traitsOf(option).programOnly)
      addOption(command, key, option, heading);
  };
  for (const key of Object.keys(schema.shape)) if (!placed.has(key)) declare(key);
  for (const [heading, keys] of Object.entries(headings))
    for (const key of keys) declare(key, heading);
}

/** Heading, under `--help`, of what says on what and how apart a command computes. */
export const WHERE_IT_RUNS = 'Where it runs:';

/** Declares one option. What is on unless it is switched off has no flag but the one for that. */
export function addOption(
  command: Command,
  key: string,
  schema: z.ZodType,
  heading?: string,
): void {
  const { negation } = traitsOf(schema);
  const flags = [
    ...(negation !== undefined && defaultOf(schema) === true ? [] : [flagOf(key, schema)]),
    ...(negation === undefined ? [] : [new Option(`--no-${kebab(key)}`, negation)]),
  ];
  for (const flag of flags) {
    if (heading !== undefined) flag.helpGroup(heading);
    command.addOption(flag);
  }
}

function flagOf(key: string, schema: z.ZodType): Option {
  const { placeholder, env, choices, repeated, optionalValue } = traitsOf(schema);
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
  return option;
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
