import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { layBait, type Bait } from './bait.js';
import { onlyThese } from './descriptors.js';
import { noteMoved } from './moved.js';
import { answerInside, openQuestions, QUESTIONS, type Answer } from './outside.js';
import type { Sandbox } from './sandbox.js';
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
  /** Where paths of the command line are found inside. */
  readonly moved: Readonly<Record<string, string>>;
}

/** The descriptor whose other end the outer process holds. */
const CONTROL = 3;

export interface EnterOptions {
  /** The whole environment of the process inside. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly moved?: Readonly<Record<string, string>>;
  readonly answer?: Answer;
  readonly handsOn?: 'SIGHUP';
  readonly signal: AbortSignal;
}

/**
 * Runs this very command line again inside the sandbox, and ends with its exit code. Output streams
 * are handed on, input is not; an IPC channel is relayed. The inner process is in a session of its own,
 * so that a terminal's Ctrl-C comes to it once, through us.
 */
export async function enter(sandbox: Sandbox, options: EnterOptions): Promise<number> {
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
  const script = realpathSync(process.argv[1]!);
  const own = [process.execPath, ...process.execArgv, script, ...process.argv.slice(2)];
  const [program, ...args] = [...sandbox.command, ...own];
  const filterFd = filter === undefined ? openSync('/dev/null', 'r') : openSync(filter, 'r');
  const relay = process.send ? (['ipc'] as const) : [];
  const standard = ['ignore', 'inherit', 'inherit'] as const;
  try {
    const child = spawn(program!, args, {
      env: { ...options.env, [VARIABLE]: JSON.stringify(message) },
      stdio: onlyThese([...standard, 'pipe', 'pipe', filterFd, ...relay]),
      detached: true,
    });
    closeSync(filterFd);
    const control = child.stdio[CONTROL] as Socket;
    control.on('error', () => undefined);
    answerInside(child, options.answer);
    const stop = (): void => void control.write('stop\n');
    if (options.handsOn) process.on(options.handsOn, () => void control.write('hangup\n'));
    options.signal.addEventListener('abort', stop, { once: true });
    if (options.signal.aborted) stop();
    if (process.send) {
      child.on('message', (said) => process.send?.(said));
      process.on('message', (said) => child.connected && child.send(said as object));
      // Not child.disconnect(): Node never says 'close' of a child that was disconnected from here.
      process.on('disconnect', stop);
    }
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
      );
    });
  } finally {
    remove();
  }
}

/** Inside: what the process outside has told, or undefined outside. Listens to it from now on. */
export function messageOf(env: NodeJS.ProcessEnv): Message | undefined {
  const text = env[VARIABLE];
  if (text === undefined) return undefined;
  try {
    if (![CONTROL, QUESTIONS].every((fd) => fstatSync(fd).isSocket())) return undefined;
    const message = JSON.parse(text) as Message;
    const watchdog = new URL('./watchdog.js', import.meta.url);
    new Worker(watchdog, { workerData: CONTROL, execArgv: [], env: {} }).unref();
    openQuestions();
    noteMoved(message.moved);
    return message;
  } catch {
    return undefined; // whoever set the variable did not start us
  }
}
