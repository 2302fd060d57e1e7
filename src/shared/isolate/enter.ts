import { spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Socket, type AddressInfo } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { answerInside, openQuestions } from './outside.js';
import type { Sandbox } from './sandbox.js';
import type { IsolateOptions, Mechanism } from './types.js';

/** Tells the isolated process that it is one, and what to try. */
export const VARIABLE = 'FEDSHOT_ISOLATED';

/** What the process outside prepares for the one inside to fail at. */
export interface Bait {
  readonly mechanism: Mechanism;
  readonly namespace: string;
  /** A port on loopback that answers outside. */
  readonly port: number;
  /** A file outside of every folder of the step. */
  readonly file: string;
}

/** The descriptor whose other end the outer process holds. */
const CONTROL = 3;

/**
 * Runs this very command line again inside the sandbox, and ends with its exit code. Standard
 * streams are handed on; an IPC channel is relayed. The inner process is in a session of its own, so
 * that a terminal's Ctrl-C comes to it once, through us.
 */
export async function enter(
  sandbox: Sandbox,
  options: Pick<IsolateOptions, 'env' | 'signal' | 'answer' | 'handsOn'>,
): Promise<number> {
  const listener = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'fedshot-bait-'));
  const bait: Bait = {
    mechanism: sandbox.mechanism,
    namespace: readlinkSync('/proc/self/ns/net'),
    port: (listener.address() as AddressInfo).port,
    file: join(folder, 'private'),
  };
  writeFileSync(bait.file, 'nobody inside may read this');

  const script = realpathSync(process.argv[1]!);
  const own = [process.execPath, ...process.execArgv, script, ...process.argv.slice(2)];
  const [program, ...args] = [...sandbox.command, ...own];
  const relay = process.send ? (['ipc'] as const) : [];
  const child = spawn(program!, args, {
    env: { ...process.env, ...options.env, [VARIABLE]: JSON.stringify(bait) },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe', 'pipe', ...relay],
    detached: true,
  });
  const control = child.stdio[CONTROL] as Socket;
  control.on('error', () => undefined);
  answerInside(child, options.answer);
  const say = (word: keyof typeof WORDS): void => void control.write(`${word}\n`);
  const stop = (): void => say('stop');
  if (options.handsOn) process.on(options.handsOn, () => say('hangup'));
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  if (process.send) {
    child.on('message', (message) => process.send?.(message));
    process.on('message', (message) => child.connected && child.send(message as object));
    // Not child.disconnect(): Node never says 'close' of a child that was disconnected from here.
    process.on('disconnect', stop);
  }
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
      );
    });
  } finally {
    listener.close();
    rmSync(folder, { recursive: true, force: true });
    if (sandbox.folder) rmSync(sandbox.folder, { recursive: true, force: true });
  }
}

/** Inside: what the outer process has prepared, or undefined outside. Listens to it from now on. */
export function baitOf(env: NodeJS.ProcessEnv): Bait | undefined {
  const text = env[VARIABLE];
  if (text === undefined) return undefined;
  try {
    listen(new Socket({ fd: CONTROL, readable: true, writable: false }));
    openQuestions();
  } catch {
    return undefined; // whoever set the variable did not start us
  }
  return JSON.parse(text) as Bait;
}

/** What the outer process can say, and the signal that it stands for. */
const WORDS = { stop: 'SIGINT', hangup: 'SIGHUP' } as const;

function listen(control: Socket): void {
  createInterface({ input: control }).on('line', (word) => {
    if (Object.hasOwn(WORDS, word)) process.kill(process.pid, WORDS[word as keyof typeof WORDS]);
  });
  // The end of the channel is the end of the process that started us.
  control.once('close', () => process.kill(process.pid, 'SIGTERM'));
  control.on('error', () => undefined);
  control.unref();
}
