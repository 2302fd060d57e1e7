import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { programOnly, type Operation } from '../../src/api/operation.js';
import { AUDIT_PARTS } from '../../src/audit/names.js';
import { defaultOf, describeOption, traitsOf } from '../../src/shared/option.js';
import { everyCommand } from '../fixtures/commands.js';
import { everyOperation } from '../fixtures/operations.js';

/** Commands that are an operation under another name, and the options that they set by themselves. */
const SAME: Record<string, { operation: string; preset: string[] }> = {
  'client trust pin': { operation: 'client init', preset: [] },
  ...Object.fromEntries(
    ['all', ...AUDIT_PARTS].map((part) => [
      `audit ${part}`,
      { operation: 'audit', preset: ['parts'] },
    ]),
  ),
};

/** Flags of the frame: they say how a command runs and answers, not what it does. */
const FRAME = ['json', 'isolate'];

const files = await everyOperation();
const operations = new Map([...files.values()].map((operation) => [operation.name, operation]));

interface Case {
  name: string;
  command: Command;
  operation: Operation | undefined;
  preset: string[];
}
const all = everyCommand()
  .filter(({ words, command }) => command.commands.length === 0 && words.join(' ') !== 'help')
  .map(({ words, command }): Case => {
    const name = words.join(' ');
    const { operation, preset } = SAME[name] ?? { operation: name, preset: [] };
    return { name, command, operation: operations.get(operation), preset };
  });

const ownFlags = (command: Command) =>
  command.options.filter((option) => !FRAME.includes(option.attributeName()));
const schemaOf = (operation: Operation | undefined, key: string): z.ZodType => {
  const schema = operation?.options.shape[key];
  if (schema === undefined) throw new Error(`no schema for ${key}`);
  return schema as z.ZodType;
};

describe('the command line and the API', () => {
  it('every operation is a command', () => {
    const used = new Set(all.map(({ operation }) => operation?.name));
    expect([...operations.keys()].filter((name) => !used.has(name))).toEqual([]);
    expect(operations.size).toBe(files.size); // each has a name of its own
  });

  it.each(all)('$name: has the options of its operation, each once, and no other', (one) => {
    const { command, operation, preset } = one;
    const flags = new Set(ownFlags(command).map((option) => option.attributeName()));
    const given = command.registeredArguments.map((argument) => argument.name());
    const known = Object.keys(operation?.options.shape ?? {});
    const forPrograms = operation ? programOnly(operation.options) : [];
    expect([...flags, ...given, ...preset, ...forPrograms].sort()).toEqual(known.sort());
  });

  it.each(all)('$name: words, values, defaults and choices are those of the schema', (one) => {
    for (const option of ownFlags(one.command)) {
      const key = option.attributeName();
      const schema = schemaOf(one.operation, key);
      const { negation, placeholder, choices, env } = traitsOf(schema);
      const words = option.negate ? negation : describeOption(schema);
      expect([key, option.description]).toEqual([key, words]);
      expect([key, one.command.getOptionValue(key)]).toEqual([key, defaultOf(schema)]);
      if (option.negate) continue;
      expect([key, option.defaultValue]).toEqual([key, defaultOf(schema)]);
      expect([key, option.mandatory]).toEqual([key, !schema.safeParse(undefined).success]);
      expect([key, option.argChoices]).toEqual([key, choices?.()]);
      expect([key, option.envVar]).toEqual([key, env]);
      expect([key, /[<[]/.test(option.flags)]).toEqual([key, placeholder !== undefined]);
    }
  });

  it.each(all)('$name: every option has words, also where it is no flag', ({ operation }) => {
    expect(operation).toBeDefined();
    for (const key of Object.keys(operation?.options.shape ?? {}))
      expect([key, describeOption(schemaOf(operation, key))]).toEqual([
        key,
        expect.stringMatching(/\w/),
      ]);
  });

  it.each(all)('$name: an argument that has to be given has no default', (one) => {
    for (const argument of one.command.registeredArguments) {
      const schema = schemaOf(one.operation, argument.name());
      expect([argument.name(), argument.required]).toEqual([
        argument.name(),
        !schema.safeParse(undefined).success,
      ]);
    }
  });

  it.each(all)('$name: what runs in a sandbox can be told how, and nothing else', (one) => {
    const { name, command, operation } = one;
    const told = command.options.some((option) => option.long === '--isolate');
    // It measures, reads nothing private, and runs in a process of its own for its variables alone.
    expect(told).toBe(operation?.rights !== undefined && name !== 'engine bench');
  });
});
