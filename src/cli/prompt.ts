import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { FedshotError } from '../shared/errors.js';

/**
 * Asks on the terminal for something that must not be shown.
 *
 * @returns undefined where there is no terminal to ask at
 * @throws FedshotError `interrupted` on Ctrl-C
 */
export async function askSecret(
  question: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = (): void => reject(new FedshotError('interrupted', 'no passphrase was given'));
      lines.once('line', resolve);
      lines.once('SIGINT', stop);
      lines.once('close', stop);
      signal.addEventListener('abort', stop, { once: true });
    });
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
