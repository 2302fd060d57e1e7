import { resolve } from 'node:path';
import { FedshotError } from '../errors.js';
import { makeFolder } from '../files.js';
import { enter, messageOf, VARIABLE, type Message } from './enter.js';
import { allowedEnvironment } from './environment.js';
import { applyFilter, SUCCEEDED } from './kernel/apply.js';
import { findSandbox, readablePaths } from './sandbox.js';
import { lookAround, tryBeyond, tryForeignFiles, tryNetwork } from './self-test.js';
import { prepareStage } from './stage.js';
import type { Attempt, IsolateOptions, IsolationRecord, Mechanism } from './types.js';

const HINT = 'install bubblewrap, or run the step in a container without network';

/**
 * Called first by every step that reads private data, serves or pulls. Runs the same command line again
 * in a sandbox and ends with its exit code; returns inside of it, with what was enforced and what was
 * tried. Where there is no sandbox it is run again all the same, with an environment of its own and its
 * secrets outside. What it says is what the tries gave, not what was asked for.
 *
 * @throws FedshotError `isolation` when it is required and the network can be reached all the same
 */
export async function isolate(options: IsolateOptions): Promise<IsolationRecord> {
  const message = messageOf(process.env);
  if (process.env[VARIABLE] === undefined) {
    if (options.mode !== 'off') process.exit(await runInside(options));
    if (options.restart) await restart(options);
  }
  if (message && !message.filtered && options.mode !== 'off')
    await applyFilter(options.network === true);
  const record = await examine(options, message);
  say(options, record);
  return record;
}

/** Outside: prepares what the step is shown, runs it, and puts its results in their places. */
async function runInside(options: IsolateOptions): Promise<number> {
  const { outputs = [], mirrors = [], network = false } = options;
  const stage = prepareStage(outputs, mirrors);
  try {
    for (const folder of options.write) makeFolder(folder, options.folderMode);
    const shown = {
      network,
      readable: readablePaths([...options.read, ...stage.read]),
      writable: [...options.write, ...stage.write].map((path) => resolve(path)),
    };
    const { moved } = stage;
    const env = { ...allowedEnvironment(process.env, options.keep), ...options.env };
    const code = await enter(findSandbox(shown, stage.folder), { ...options, env, moved });
    stage.deliver();
    return code;
  } finally {
    stage.remove();
  }
}

/** Runs the same command line again with further variables, and ends with its exit code. */
export async function restart(options: Pick<IsolateOptions, 'env' | 'signal'>): Promise<never> {
  const env = { ...process.env, ...options.env };
  process.exit(await enter({ mechanism: 'none', command: [] }, { ...options, env }));
}

/** Finds out by trying what this process can reach. */
export async function examine(
  options: Pick<IsolateOptions, 'mode' | 'foreign' | 'network'>,
  message: Message | undefined,
): Promise<IsolationRecord> {
  const around = lookAround();
  const bait = message?.bait;
  const out = options.network ? [] : await tryNetwork(bait, around);
  const files = bait ? tryForeignFiles(bait, options.foreign ?? []) : [];
  const kernelAttempts = options.mode === 'off' ? [] : await tryBeyond(bait);
  const silent = closed(out) && around.interfaces.every((name) => name === 'lo');
  return {
    mode: options.mode,
    mechanism: mechanismOf(message, silent),
    network: options.network ? 'allowed' : silent ? 'none' : 'reachable',
    files: closed(files) ? 'confined' : 'open',
    ...around,
    outerNamespace: bait?.namespace,
    readable: message?.readable ?? [],
    writable: message?.writable ?? [],
    attempts: [...out, ...files],
    kernel: kernelAttempts.length === 0 ? 'unknown' : closed(kernelAttempts) ? 'closed' : 'open',
    kernelAttempts,
    environment: Object.keys(process.env).sort(),
  };
}

const closed = (attempts: readonly Attempt[]): boolean =>
  attempts.length > 0 && attempts.every(({ result }) => result !== SUCCEEDED);

const mechanismOf = (message: Message | undefined, silent: boolean): Mechanism =>
  message && message.mechanism !== 'none' ? message.mechanism : silent ? 'surroundings' : 'none';

/** One line on what is and is not enforced. */
function say(options: IsolateOptions, record: IsolationRecord): void {
  const { mode, reporter, write, outputs = [] } = options;
  const written = [...write, ...outputs];
  if (mode === 'off') return;
  const { network, files, mechanism } = record;
  if (network === 'reachable' && mode === 'require')
    throw new FedshotError('isolation', `the network can be reached (${seen(record)})`, {
      hint: HINT,
    });
  if (network === 'allowed' && files === 'open' && mode === 'require')
    throw new FedshotError('isolation', 'other files of this user can be read and written', {
      hint: 'install bubblewrap',
    });
  const parts = {
    none: 'no network',
    reachable: `the network CAN be reached (${seen(record)})`,
    allowed: 'network allowed',
  };
  const fileWords =
    files === 'confined'
      ? `files: writes ${written.length > 0 ? `only ${written.join(', ')}` : 'nothing'}`
      : 'files of this user can be read and written';
  const line = `isolation by ${mechanism}: ${parts[network]}; ${fileWords}`;
  if (network === 'reachable') reporter.warn(`${line}; ${HINT}`);
  else reporter.note(line);
}

const seen = ({ interfaces, attempts }: IsolationRecord): string => {
  const open = attempts.filter(({ result }) => result === SUCCEEDED);
  return open.length > 0
    ? open.map(({ attempt }) => attempt).join(', ')
    : `interfaces ${interfaces.join(', ')}`;
};
