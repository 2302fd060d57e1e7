import { createIo } from '../../src/cli/io.js';
import { createProgram } from '../../src/cli/program.js';

/**
 * Whether the command line would understand these words, without running anything.
 * @returns why not, or undefined
 */
export function notUnderstood(words: readonly string[]): string | undefined {
  const io = createIo({
    stdout: { write: () => true },
    stderr: { write: () => true },
    signal: new AbortController().signal,
    env: {},
  });
  let command = createProgram(io);
  let at = 0;
  for (; command.commands.length > 0 && at < words.length; at++) {
    const found = command.commands.find((child) => child.name() === words[at]);
    if (!found) break;
    command = found;
  }
  const rest = words.slice(at);
  // commander does not say in public which command a group runs by itself
  const { _defaultCommandName: byItself } = command as { _defaultCommandName?: string };
  if (byItself && !words[at]?.startsWith('--help'))
    command = command.commands.find((child) => child.name() === byItself)!;
  if (rest.length === 1 && rest[0] === '--help') return undefined;
  if (command.commands.length > 0) return `no command "${words.slice(0, at + 1).join(' ')}"`;
  const { operands, unknown } = command.parseOptions(rest);
  if (unknown.length > 0) return `unknown ${unknown.join(' ')}`;
  if (operands.length > command.registeredArguments.length)
    return `too much: ${operands.join(' ')}`;
  return undefined;
}
