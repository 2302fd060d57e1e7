import { delimiter, resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { asFedshotError, exitCode, FedshotError } from '../shared/errors.js';
import { withOutsidePaths } from '../shared/isolate/moved.js';
import { printableLine } from '../shared/report/terminal/index.js';
import type { ProcessIo } from './io.js';
import { createProgram } from './program.js';

/**
 * Runs one command line. Never throws: an error becomes `fedshot: <message>` and `  → <hint>` on
 * standard error and, with `--json`, `{"error":{code,message,hint}}` on standard output unless the
 * command has answered already.
 *
 * @param argv what follows `fedshot`
 * @param build the command tree, the whole one unless told
 * @returns the exit code, 0 or that of the error's code
 */
export async function run(
  argv: readonly string[],
  io: ProcessIo,
  build: (io: ProcessIo) => Command = createProgram,
): Promise<number> {
  try {
    io.plugins = pluginsOf(argv, io.env);
    if (io.plugins.length > 0) {
      const { usePlugins } = await import('../api/plugins.js');
      await usePlugins(io.plugins);
    }
    const program = build(io);
    await program.parseAsync(argv, { from: 'user' }).catch((error: unknown) => {
      throw unknownFirst(error, program, argv);
    });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version
    // a command line that was not understood has not set the flag yet
    if (argv.includes('--json')) io.json = true;
    return fail(understood(error, io), io);
  } finally {
    io.close();
  }
}

/** Files of `--plugin`, and of the variable: what they define is there before words are understood. */
function pluginsOf(argv: readonly string[], env: ProcessIo['env']): string[] {
  const files = (env.FEDSHOT_PLUGINS ?? '').split(delimiter).filter((file) => file !== '');
  argv.forEach((word, i) => {
    const following = argv[i + 1];
    if (word === '--plugin' && following !== undefined) files.push(following);
    else if (word.startsWith('--plugin=')) files.push(word.slice('--plugin='.length));
  });
  return files.map((file) => resolve(file));
}

function fail(error: unknown, io: ProcessIo): number {
  const ours = error instanceof FedshotError ? error : undefined;
  const message = withOutsidePaths(error instanceof Error ? error.message : String(error));
  const hint = ours
    ? ours.hint && withOutsidePaths(ours.hint)
    : 'this is a defect in fedshot; FEDSHOT_DEBUG=1 shows where it happened';
  const code = ours?.code ?? 'internal';
  io.close();
  io.complain(`fedshot: ${printableLine(message)}${hint ? `\n  → ${printableLine(hint)}` : ''}`);
  if (io.env.FEDSHOT_DEBUG && error instanceof Error) io.complain(trace(error));
  if (io.json && !io.answered) io.result({ error: { code, message, hint } }, () => '');
  return exitCode(error);
}

/**
 * Commander looks for options that are missing before it looks at those that it does not know. Where
 * one was only spelt wrong, that is what a person has to hear.
 */
function unknownFirst(error: unknown, program: Command, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== 'commander.missingMandatoryOptionValue')
    return error;
  let [command, at] = [program, 0];
  for (let next; (next = command.commands.find((c) => c.name() === argv[at])); at++) command = next;
  const { unknown } = command.parseOptions(argv.slice(at));
  const flag = unknown.find((word) => word.startsWith('-'))?.replace(/=.*$/s, '');
  if (flag === undefined) return error;
  const message = `unknown option '${flag}'`;
  return new FedshotError('usage', message, {
    hint: error.message.replace(/^error: /, ''),
    cause: error,
  });
}

/** Commander's refusals and whatever an aborted call threw, as errors of ours. */
function understood(error: unknown, io: ProcessIo): unknown {
  if (error instanceof CommanderError) {
    // "error: unknown option '--epoch'\n(Did you mean --epochs?)"
    const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
    const message = error.code === 'commander.help' ? 'a command is missing' : first;
    const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? '--help lists what there is';
    return new FedshotError('usage', message, { hint, cause: error });
  }
  if (io.signal.aborted && error instanceof Error && error.name === 'AbortError')
    return io.signal.reason;
  // A disk that is full or a file that may not be read is no defect, wherever it was met.
  return isRefusedBySystem(error) ? asFedshotError(error, 'io') : error;
}

function isRefusedBySystem(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errno, syscall } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' && typeof syscall === 'string';
}

function trace(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${trace(error.cause)}` : own;
}
