import type { Command, CommandOptions } from 'commander';
import type { Io } from './io.js';

/** What a command returns: the JSON document of `--json`, and how a person reads the same. */
export interface CommandOutcome {
  value: unknown;
  text: () => string;
}

/**
 * Adds one command to a group. Every command file has this form, and loads nothing heavy before it
 * runs (`await import` inside the action), so that `--help` answers at once:
 *
 * ```ts
 * interface Options {
 *   home: string;
 *   epochs: number;
 * }
 *
 * export function register(parent: Command, io: Io): void {
 *   command(parent, 'adapt', 'adapt a pulled release to local, unlabelled data', [
 *     'fedshot client adapt --home site --name digits --data idx:images.gz',
 *   ])
 *     .requiredOption('--home <dir>', 'folder of this site')
 *     .option('--epochs <n>', 'passes over the data', positiveInteger, 15)
 *     .action(
 *       action(io, async (options: Options) => {
 *         const { adapt } = await import('../../client/index.js');
 *         const value = await adapt({ ...options, reporter: io.reporter, signal: io.signal });
 *         return { value, text: () => `accuracy ${percent(value.adaptedAccuracy)}` };
 *       }),
 *     );
 * }
 * ```
 *
 * Options and arguments that are not declared are refused by name; `--json` is there already.
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

/**
 * Puts options that are there already under a heading of `--help`, for those whose place in the code is
 * another than their place in the help. What is declared later goes where `optionsGroup` says.
 *
 * @throws TypeError when there is no such option
 */
export function underHeading(of: Command, heading: string, ...names: string[]): Command {
  for (const name of names) {
    const found = of.options.find(({ long }) => long === name);
    if (!found) throw new TypeError(`${of.name()} has no ${name}`);
    found.helpGroup(heading);
  }
  return of;
}

/** Adds a group of commands (`fedshot client …`). Called without a command it shows its help. */
export function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).helpCommand(false);
}

/**
 * Turns a plain async function into a commander action: its outcome is printed, its error travels
 * to the frame, which prints that and sets the exit code. A function that answers before it ends
 * (`serve`) calls `io.result` itself and returns nothing.
 *
 * @param run receives the options, then the command's arguments
 */
export function action(
  io: Io,
  run: (options: never, ...args: never[]) => Promise<CommandOutcome | undefined> | Promise<void>,
): (...received: unknown[]) => Promise<void> {
  return async (...received) => {
    // commander passes the arguments, then the options, then the command itself
    const options = received.at(-2) as never;
    const outcome = await run(options, ...(received.slice(0, -2) as never[]));
    if (outcome) io.result(outcome.value, () => outcome.text());
  };
}
