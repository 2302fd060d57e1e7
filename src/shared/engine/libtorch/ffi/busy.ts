import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** Looks at the scheduler's queue, and the milliseconds between them. */
const LOOKS = 5;
const APART = 4;

/** Threads that run or could run at this moment, this one included; undefined where the system does not say. */
function runnable(): number | undefined {
  try {
    const queue = / (\d+)\/\d+ /.exec(readFileSync('/proc/loadavg', 'utf8'));
    return queue ? Number(queue[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** The middle of a few looks at `queue`. */
function middle(queue: () => number | undefined): number | undefined {
  const seen = Array.from({ length: LOOKS }, (_, i) => {
    if (i > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, APART);
    return queue();
  });
  return seen.some((n) => n === undefined)
    ? undefined
    : (seen as number[]).sort((a, b) => a - b)[LOOKS >> 1];
}

/**
 * Whether more threads want to run than there are cores, both over the last minute and now: the
 * average alone also remembers what has just ended, such as another run of the same program.
 */
export function machineIsBusy(
  cores = availableParallelism(),
  average = loadavg()[0]!,
  queue: () => number | undefined = runnable,
): boolean {
  return average > cores && (middle(queue) ?? Infinity) > cores;
}
