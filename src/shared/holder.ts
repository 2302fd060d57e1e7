/** Who holds a file, so that whoever finds it can tell whether that process is still there. */
import { readFileSync, readlinkSync } from 'node:fs';

function read(what: () => string): string {
  try {
    return what();
  } catch {
    return '';
  }
}

/** Field 22 of /proc/<pid>/stat: with it a process that merely has the same number is not mistaken. */
const startTime = (pid: number): string =>
  read(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '');

/** Where process numbers mean the same: one namespace of one running machine. */
const surroundings = (): string =>
  read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) +
  read(() => readlinkSync('/proc/self/ns/pid'));

/** This process: number, start time, and where these mean something, with spaces between. */
export const ownMark = (): string => `${process.pid} ${startTime(process.pid)} ${surroundings()}`;

/**
 * Whether the process that left a mark is still there.
 *
 * @param mark begins with what {@link ownMark} gave; more may follow behind a space
 * @returns undefined when that cannot be told from here: another container, another machine
 */
export function isThere(mark: string): boolean | undefined {
  const [pid = '', started = '', where = ''] = mark.split(' ');
  if (where === '' || where !== surroundings()) return undefined;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startTime(Number(pid)) === started;
}
