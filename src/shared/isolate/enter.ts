import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FedshotError } from '../errors.js';
import { replay, type ProgressMessage } from '../messages.js';
import type { Reporter } from '../reporter.js';
import { layBait, type Bait } from './bait.js';
import { onlyThese } from './descriptors.js';
import { received, sendable } from './errors.js';
import { noteMoved } from './moved.js';
import type { Sandbox } from './sandbox.js';
import type { WorkOrder, SentError, ToWorker } from './step.js';
import type { Mechanism } from './types.js';

/** Tells the isolated process that it is one, and what to try. */
export const VARIABLE = 'FEDSHOT_ISOLATED';

/** What the process outside tells the one inside. No secret: it stands in the environment. */
export interface Message {
  readonly mechanism: Mechanism;
  readonly bait: Bait;
  /** Whether the seccomp filter is on already. */
  readonly filtered: boolean;
  /** Files and folders that were shown. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** Where paths of the options are found inside. */
  readonly moved: Readonly<Record<string, string>>;
}

/** The descriptor whose other end the outer process holds; that of IPC, over which all else is said. */
const CONTROL = 3;
const CHANNEL = 4;

/** What the worker says. */
export type FromWorker =
  | { kind: 'progress'; message: ProgressMessage }
  | { kind: 'question'; question: string }
  | { kind: 'answered'; value: unknown }
  | { kind: 'result'; value: unknown }
  | { kind: 'error'; error: SentError };

export interface EnterOptions {
  /** The whole environment of the process inside. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly order: WorkOrder;
  readonly moved?: Readonly<Record<string, string>>;
  /** Answers what only the outside can know, an opened key for instance. */
  readonly answer?: (question: string) => Promise<string>;
  readonly answered?: (value: unknown) => void;
  readonly onHangup?: (listener: () => void) => () => void;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/**
 * From the sources (tests, scripts) the built package runs inside: a worker is started as it is
 * installed.
 */
export const built = (url: string): string =>
  url.endsWith('.ts') ? url.replace(/\/src\/(?!.*\/src\/)/, '/dist/').replace(/\.ts$/, '.js') : url;

/**
 * Runs a step as a worker inside the sandbox. What it writes to its output streams is handed on, input
 * is not; all else goes over IPC. The worker is in a session of its own, so that a terminal's Ctrl-C
 * comes to it once, through us.
 *
 * @returns what the step returned
 * @throws what the step threw
 */
export async function enter(sandbox: Sandbox, options: EnterOptions): Promise<unknown> {
  const { bait, remove } = await layBait();
  const { mechanism, readable = [], writable = [], filter } = sandbox;
  const message: Message = {
    mechanism,
    bait,
    readable,
    writable,
    moved: options.moved ?? {},
    filtered: filter !== undefined,
  };
  const worker = fileURLToPath(built(new URL('./worker.js', builtBase()).href));
  const own = [process.execPath, ...process.execArgv.filter(isNotEval), worker];
  const [program = process.execPath, ...args] = [...sandbox.command, ...own];
  const filterFd = openSync(filter ?? '/dev/null', 'r');
  const standard = ['ignore', 'inherit', 'inherit'] as const;
  try {
    const child = spawn(program, args, {
      env: { ...options.env, [VARIABLE]: JSON.stringify(message) },
      stdio: onlyThese([...standard, 'pipe', 'ipc', filterFd]),
      serialization: 'advanced',
      detached: true,
    });
    closeSync(filterFd);
    return await conversation(child, options);
  } finally {
    remove();
  }
}

const builtBase = (): string => built(import.meta.url);

/** `node -e …` and the test runner's own words are no way to start a worker. */
const isNotEval = (word: string): boolean => !/^(-e|--eval|-p|--print|--input-type)/.test(word);

async function conversation(child: ChildProcess, options: EnterOptions): Promise<unknown> {
  const control = child.stdio[CONTROL] as Socket;
  control.on('error', () => undefined);
  const stop = (): void => void control.write('stop\n');
  const noHangup = options.onHangup?.(() => void control.write('hangup\n'));
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const say = (said: ToWorker): void => {
    if (child.connected) child.send(said);
  };
  const progress = replay(options.reporter);
  let outcome: { value: unknown } | { error: SentError } | undefined;
  child.on('message', (said) => {
    const heard = said as FromWorker;
    switch (heard.kind) {
      case 'progress':
        progress(heard.message);
        break;
      case 'question':
        void answerTo(heard.question, options).then((reply) => say({ kind: 'answer', reply }));
        break;
      case 'answered':
        options.answered?.(heard.value);
        break;
      case 'result':
        outcome = { value: heard.value };
        break;
      case 'error':
        outcome = { error: heard.error };
    }
  });
  say({ kind: 'order', order: options.order });
  try {
    const end = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    if (!outcome) throw endedEarly(end, options.signal);
    if ('error' in outcome) throw received(outcome.error);
    return outcome.value;
  } finally {
    options.signal.removeEventListener('abort', stop);
    noHangup?.();
  }
}

async function answerTo(question: string, { answer }: EnterOptions) {
  try {
    if (!answer) throw new FedshotError('internal', 'nobody outside answers');
    return { answer: await answer(question) };
  } catch (error) {
    return { error: sendable(error) };
  }
}

function endedEarly(end: string, signal: AbortSignal): Error {
  if (signal.aborted && signal.reason instanceof Error) return signal.reason;
  return new FedshotError('internal', `the isolated process ended by itself (${end})`, {
    hint:
      end === 'SIGKILL'
        ? 'most likely the machine ran out of memory'
        : 'run it once with --isolate off to see whether the sandbox is the cause',
  });
}

/** Inside: what the process outside has told, or undefined outside. Listens to it from now on. */
export function messageOf(env: Readonly<Record<string, string | undefined>>): Message | undefined {
  const text = env[VARIABLE];
  if (text === undefined) return undefined;
  try {
    if (![CONTROL, CHANNEL].every((fd) => fstatSync(fd).isSocket())) return undefined;
    const message = JSON.parse(text) as Message;
    const watchdog = new URL('./watchdog.js', import.meta.url);
    new Worker(watchdog, { workerData: CONTROL, execArgv: [], env: {} }).unref();
    noteMoved(message.moved);
    return message;
  } catch {
    return undefined; // whoever set the variable did not start us
  }
}
