import type { Command, CommandOptions } from 'commander';

/**
 * Adds one command to a group, with `--json` and its examples. Options and arguments that are not
 * declared are refused by name. `addCommand` makes one of an operation's schema.
 *
 * @param nameAndArguments commander's notation, e.g. `add <site> [address]`
 * @param examples whole command lines, shown under `--help`
 * @param options commander's own, e.g. `{ isDefault: true }` for what a group does by itself
 */
export function command(
  parent: Command,
  nameAndArguments: string,
  description: string,
  examples: readonly [string, ...string[]],
  options: CommandOptions = {},
): Command {
  const shown = examples.map((line) => `  $ ${line}`).join('\n');
  return parent
    .command(nameAndArguments, options)
    .description(description)
    .option('--json', 'one JSON document on standard output, all else on standard error')
    .addHelpText('after', `\nExamples:\n${shown}\n`);
}

/** Adds a group of commands (`fedshot client …`). Called without a command it shows its help. */
export function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).helpCommand(false);
}
