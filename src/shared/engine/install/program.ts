import { spawn } from 'node:child_process';
import { ownEnvironment, type Environment } from '../settings.js';

/** How a program ended: its exit code (none if it was killed or is missing) and the last it said. */
export interface Ended {
  code: number | null;
  said: string;
  missing: boolean;
}

export interface ProgramOptions {
  env?: Environment;
  signal?: AbortSignal;
  /** Is called once it runs, with what ends it; what it returns is called when it has ended. */
  watch?: (stop: () => void) => () => void;
}

const KEPT = 4000;

/**
 * Runs a program to its end. It is the head of a process group, so that whatever it starts ends with
 * it: when `signal` is aborted, and when this process exits.
 *
 * @throws the signal's reason, and not before every process of the group has let go of its output
 */
export async function runProgram(
  program: string,
  args: string[],
  { env = ownEnvironment(), signal, watch }: ProgramOptions = {},
): Promise<Ended> {
  signal?.throwIfAborted();
  const group = process.platform !== 'win32';
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env },
    detached: group,
  });
  // What it leaves is deleted anyway, so that it needs no time to clean up.
  const stop = (): void => {
    try {
      if (child.pid && group) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // it has just ended by itself
    }
  };
  process.on('exit', stop);
  signal?.addEventListener('abort', stop);
  const ended = watch?.(stop);
  let [said, missing] = ['', false];
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-KEPT)));
  child.on('error', (error: NodeJS.ErrnoException) => {
    missing = error.code === 'ENOENT';
    said = error.message;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.off('exit', stop);
  signal?.removeEventListener('abort', stop);
  ended?.();
  signal?.throwIfAborted();
  return { code: missing ? null : code, said, missing };
}
