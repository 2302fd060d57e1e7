import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { codeOfExit, FedshotError, type ErrorCode } from '../shared/errors.js';
import { replay, type ProgressMessage } from '../shared/report/terminal/index.js';
import type { Reporter } from '../shared/reporter.js';

/** The command line itself, as an installed fedshot has it. */
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Time that a process has to save its state before it is killed. */
const GRACE_MS = 10_000;

export interface ProcessOptions {
  /** In front of its progress and errors, e.g. `site-1`. */
  name: string;
  /** What follows `fedshot`; `--json` is added. */
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  reporter: Reporter;
  signal: AbortSignal;
  /** The program to run; by default fedshot's own command line. */
  program?: string;
}

/** A fedshot command that runs as a process of its own. */
export interface RunningCommand {
  /** The one JSON document that it prints, as soon as it is there. */
  readonly answer: Promise<unknown>;
  /** Resolves when the process has ended with 0; otherwise fails with what it said. */
  readonly ended: Promise<void>;
  /** Asks it to stop, as Ctrl-C does; after ten seconds it is killed. */
  stop(): void;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/**
 * Starts one command. It cannot outlive this process: it is stopped when `signal` is aborted, killed
 * when this process exits, and stops by itself when the channel to this process breaks.
 */
export function start(options: ProcessOptions): RunningCommand {
  const { args, signal } = options;
  signal.throwIfAborted();
  const child = spawn(process.execPath, [options.program ?? CLI, ...args, '--json'], {
    env: { ...process.env, ...options.env, FEDSHOT_PROGRESS: 'ipc' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // a terminal's Ctrl-C reaches this process alone, which passes it on once
  });
  alive.add(child);
  const progress = replay(options.reporter, options.name);
  child.on('message', (message) => progress(message as ProgressMessage));

  const said = { out: '', err: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said.err += text));

  const stop = (): void => {
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  signal.addEventListener('abort', stop, { once: true });

  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killer) => {
      alive.delete(child);
      signal.removeEventListener('abort', stop);
      if (code === 0) resolve();
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(failure(options, said, killer ?? `exit code ${code}`, code));
    });
  });
  const answer = new Promise<unknown>((resolve, reject) => {
    const look = (): void => {
      const document = parse(said.out);
      if (document !== undefined && !errorOf(document)) resolve(document);
    };
    child.stdout!.on('data', (text: string) => text.includes('\n') && look());
    ended.then(() => reject(failure(options, said, 'no answer')), reject);
  });
  // A caller may await only one of the two: a rejection of the other must not end the process.
  for (const promise of [ended, answer]) promise.catch(() => undefined);
  return { answer, ended, stop };
}

/** Runs one command to its end. @throws FedshotError with the command's own code, message and hint */
export async function runToEnd(options: ProcessOptions): Promise<unknown> {
  const { answer, ended } = start(options);
  await ended;
  return answer;
}

/** The JSON document in what a process has printed so far, if its line is whole. */
function parse(out: string): unknown {
  const end = out.indexOf('\n');
  if (end < 0) return undefined;
  try {
    return JSON.parse(out.slice(0, end));
  } catch {
    return undefined;
  }
}

interface Reported {
  code: ErrorCode;
  message: string;
  hint?: string;
}

function errorOf(document: unknown): Reported | undefined {
  return (document as { error?: Reported } | null)?.error;
}

function failure(
  { name, args }: ProcessOptions,
  said: { out: string; err: string },
  end: string,
  exit: number | null = null,
): FedshotError {
  const error = errorOf(parse(said.out));
  if (error) return new FedshotError(error.code, `${name}: ${error.message}`, { hint: error.hint });
  const words = args.slice(0, 2).join(' ');
  const last = said.err.trim().split('\n').at(-1);
  // A command that has answered before it failed, as one whose verdict is not "ok".
  return new FedshotError(
    codeOfExit(exit) ?? 'internal',
    `${name}: fedshot ${words}: ${last || end}`,
  );
}
