import { FedshotError } from '../errors.js';
import type { Reporter } from '../reporter.js';
import type { Message } from './enter.js';
import { SUCCEEDED } from './kernel/apply.js';
import { lookAround, tryBeyond, tryForeignFiles, tryNetwork } from './self-test.js';
import type { WorkOrder } from './step.js';
import type { Attempt, IsolationRecord, Mechanism } from './types.js';

const HINT = 'install bubblewrap, or run the step in a container without network';

/** Finds out by trying what this process can reach. */
export async function examine(
  options: Pick<WorkOrder, 'mode' | 'foreign' | 'network'>,
  message: Message | undefined,
): Promise<IsolationRecord> {
  const around = lookAround();
  const bait = message?.bait;
  const out = options.network ? [] : await tryNetwork(bait, around);
  const files = bait ? tryForeignFiles(bait, options.foreign) : [];
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

/**
 * One line on what is and is not enforced.
 * @throws FedshotError `isolation` when it is required and could not be had
 */
export function say(
  { mode, written }: Pick<WorkOrder, 'mode' | 'written'>,
  record: IsolationRecord,
  reporter: Reporter,
): void {
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
  if (network === 'reachable') reporter.warn(`${line}; ${HINT}`, 'isolation', { network });
  else reporter.note(line, 'isolation', { network });
}

const seen = ({ interfaces, attempts }: IsolationRecord): string => {
  const open = attempts.filter(({ result }) => result === SUCCEEDED);
  return open.length > 0
    ? open.map(({ attempt }) => attempt).join(', ')
    : `interfaces ${interfaces.join(', ')}`;
};
