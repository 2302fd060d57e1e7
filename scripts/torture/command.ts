/** Runs fedshot's commands: in this process to look at a state, in one of its own to break it. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { createIo } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { arm, counted } from './faults.mjs';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const FAULTS = pathToFileURL(join(import.meta.dirname, 'faults.mjs'));
/** Long enough for any of the commands; what is still there by then hangs. */
const PATIENCE_MS = 90_000;
const AFTERWARDS_MS = 5;

/** What the commands get from their surroundings. The sandbox would put a second process in between. */
export const ENVIRONMENT = {
  ...process.env,
  FEDSHOT_PASSPHRASE: 'a passphrase for torture only',
  FEDSHOT_ISOLATE: 'off',
  // The engine is wasm: nobody needs to ask python3 for another one.
  FEDSHOT_FOUND_TORCH: '/nonexistent',
  NO_COLOR: '1',
};
Object.assign(process.env, ENVIRONMENT);

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, with nothing in its way. */
export async function inProcess(words: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    env: ENVIRONMENT,
  });
  const code = await run(words, io);
  return { code, out: said.out, err: said.err };
}

export const FAULT_KINDS = ['kill', 'torn', 'EIO', 'ENOSPC'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What {@link withFault} does to a command. */
export interface Fault {
  /** The folder whose operations count. */
  readonly root: string;
  readonly kind: FaultKind | 'count' | 'delay';
  /** Number of the operation, from 1. */
  readonly at?: number;
  readonly seed?: number;
  readonly lives?: boolean;
}

export interface Faulted extends Said {
  /** How many disk operations were begun. */
  readonly count: number;
  readonly hung: boolean;
}

/**
 * Runs a command whose disk fails as told: in this process, unless the fault ends the process.
 * @param fault with `lives` a kill does not end the process either: from then on it changes nothing on
 *   the disk, which is what a kill leaves
 */
export async function withFault(words: readonly string[], fault: Fault): Promise<Faulted> {
  const { kind, lives } = fault;
  const ends = kind === 'kill' || kind === 'torn';
  // what travels in a URL is text: a `false` would count
  if (kind === 'delay' || (ends && !lives)) return asProcess(words, { ...fault, lives: undefined });
  arm(fault);
  const patience = new AbortController();
  const hung = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(
    () => ({ code: 137, out: '', err: '', hung: true }),
    () => undefined,
  );
  try {
    const said = await Promise.race([inProcess(words), hung]);
    await sleep(AFTERWARDS_MS); // a process of its own would have ended: what still runs comes to nothing
    const fine = { code: 137, out: '', err: '', hung: false, count: counted() };
    return Object.assign(fine, said, ends && { code: 137 });
  } finally {
    patience.abort();
    arm();
  }
}

/** Runs a command as a process of its own, and lists its disk operations: each `NUMBER NAME PATH`. */
export async function operationsOf(
  words: readonly string[],
  root: string,
): Promise<Faulted & { readonly operations: readonly string[] }> {
  return asProcess(words, { root, kind: 'count' });
}

async function asProcess(
  words: readonly string[],
  fault: Fault,
): Promise<Faulted & { readonly operations: readonly string[] }> {
  const trace = join(tmpdir(), `fedshot-torture-${randomUUID()}.trace`);
  const url = new URL(FAULTS);
  for (const [key, value] of Object.entries({ ...fault, trace }))
    if (value !== undefined) url.searchParams.set(key, String(value));
  const child = spawn(process.execPath, ['--import', url.href, MAIN, ...words], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '', hung: false };
  child.stdout.on('data', (text: Buffer) => (said.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said.err += text.toString()));
  const watch = setTimeout(() => {
    said.hung = true;
    child.kill('SIGKILL');
  }, PATIENCE_MS);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 137));
  });
  clearTimeout(watch);
  const operations = existsSync(trace) ? readFileSync(trace, 'utf8').trim().split('\n') : [];
  rmSync(trace, { force: true });
  const { out, err, hung } = said;
  return { code, out, err, hung, count: operations.length, operations };
}
