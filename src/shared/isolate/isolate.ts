import { resolve } from 'node:path';
import { FedshotError } from '../errors.js';
import { baitOf, enter, VARIABLE, type Bait } from './enter.js';
import { findSandbox, readablePaths } from './sandbox.js';
import { lookAround, SUCCEEDED, tryForeignFiles, tryNetwork } from './self-test.js';
import type { IsolateOptions, IsolationRecord, Mechanism } from './types.js';

const HINT = 'install bubblewrap, or run the step in a container without network';

/**
 * Called first by every step that reads private data. Runs the same command line again in a sandbox
 * and ends with its exit code; returns inside of it, with what was enforced and what was tried. What
 * it says is what the tries gave, not what was asked for.
 *
 * @throws FedshotError `isolation` when it is required and the network can be reached all the same
 */
export async function isolate(options: IsolateOptions): Promise<IsolationRecord> {
  const bait = baitOf(process.env);
  if (process.env[VARIABLE] === undefined) {
    const sandbox = options.mode === 'off' ? undefined : findSandbox(options);
    if (sandbox) process.exit(await enter(sandbox, options));
    if (options.restart) await restart(options);
  }
  const record = await examine(options, bait);
  say(options, record);
  return record;
}

/** Runs the same command line again with other variables, and ends with its exit code. */
export async function restart(options: Pick<IsolateOptions, 'env' | 'signal'>): Promise<never> {
  process.exit(await enter({ mechanism: 'none', command: [] }, options));
}

/** Finds out by trying what this process can reach. */
export async function examine(
  options: Pick<IsolateOptions, 'mode' | 'read' | 'write' | 'foreign' | 'network'>,
  bait: Bait | undefined,
): Promise<IsolationRecord> {
  const around = lookAround();
  const out = options.network ? [] : await tryNetwork(bait, around);
  const files = bait ? tryForeignFiles(bait, options.foreign ?? []) : [];
  const closed = (attempts: typeof out): boolean =>
    attempts.length > 0 && attempts.every(({ result }) => result !== SUCCEEDED);
  const silent = closed(out) && around.interfaces.every((name) => name === 'lo');
  return {
    mode: options.mode,
    mechanism: mechanismOf(bait, silent),
    network: options.network ? 'allowed' : silent ? 'none' : 'reachable',
    files: closed(files) ? 'confined' : 'open',
    ...around,
    outerNamespace: bait?.namespace,
    readable: readablePaths(options.read),
    writable: options.write.map((path) => resolve(path)),
    attempts: [...out, ...files],
  };
}

const mechanismOf = (bait: Bait | undefined, silent: boolean): Mechanism =>
  bait && bait.mechanism !== 'none' ? bait.mechanism : silent ? 'surroundings' : 'none';

/** One line on what is and is not enforced. */
function say({ mode, reporter, write }: IsolateOptions, record: IsolationRecord): void {
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
      ? `files: writes ${write.length > 0 ? `only ${write.join(', ')}` : 'nothing'}`
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
