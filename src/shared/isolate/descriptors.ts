import { openSync, readdirSync, readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;

/**
 * Descriptors that whoever started this process left open and that a process started from here would
 * get as well. Node closes the first sixteen by itself, and what lies behind them not.
 */
function leftOpen(): number[] {
  const flagsOf = (fd: number): number => {
    try {
      const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
      return parseInt(/^flags:\s+([0-7]+)/m.exec(text)?.[1] ?? '', 8);
    } catch {
      return O_CLOEXEC; // that of looking, which is gone again
    }
  };
  try {
    const open = readdirSync('/proc/self/fd').map(Number);
    return open.filter((fd) => (flagsOf(fd) & O_CLOEXEC) === 0);
  } catch {
    return []; // no Linux
  }
}

/** Far more than anybody opens by hand, and few enough to be replaced one by one. */
const MOST = 4096;

/**
 * The descriptors of a child, by number: those that it is to have, and nothing in the place of any other
 * that it would inherit.
 */
export function onlyThese<T>(wanted: readonly T[]): (T | number | 'ignore')[] {
  const others = leftOpen().filter((fd) => fd >= wanted.length && fd < MOST);
  if (others.length === 0) return [...wanted];
  const nothing = openSync('/dev/null', 'r');
  const length = Math.max(...others) + 1;
  return Array.from(
    { length },
    (_, fd) => wanted[fd] ?? (others.includes(fd) ? nothing : 'ignore'),
  );
}
