import type { WriteStream } from 'node:tty';
import pc from 'picocolors';
import { bars } from './bars.js';
import { lines } from './lines.js';
import { printableLine } from './printable.js';
import type { Screen, TerminalReporter } from './types.js';

export interface TerminalOptions {
  /** Milliseconds, monotonic; `performance.now` by default. */
  clock?: () => number;
  colour?: boolean;
}

/**
 * Progress for a person: bars with the time left on a terminal, plain lines (a few per task, never
 * more than one in two seconds) in a file or pipe.
 */
export function terminalReporter(screen: Screen, options: TerminalOptions = {}): TerminalReporter {
  const clock = options.clock ?? (() => performance.now());
  const tty = screen.isTTY === true;
  const paint = pc.createColors(options.colour ?? (tty && pc.isColorSupported));
  return printed(tty ? bars(screen as WriteStream, paint) : lines(screen, clock, paint));
}

/** Names of files and classes come from outside: control characters in them are shown as escapes. */
function printed(reporter: TerminalReporter): TerminalReporter {
  const optional = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : printableLine(text);
  return {
    note: (line, code, fields) => reporter.note(printableLine(line), code, fields),
    warn: (line, code, fields) => reporter.warn(printableLine(line), code, fields),
    close: () => reporter.close(),
    task(label, total, unit) {
      const task = reporter.task(printableLine(label), total, unit);
      return {
        advance: (by, note) => task.advance(by, optional(note)),
        done: (note) => task.done(optional(note)),
      };
    },
  };
}
