import type { WriteStream } from 'node:tty';
import type { Reporter } from '../../reporter.js';

/** A reporter that holds the terminal while bars are drawn. */
export interface TerminalReporter extends Reporter {
  /** Leaves the terminal as it was found: bars end, the cursor returns. */
  close(): void;
}

/** The part of a stream that a reporter needs. */
export type Screen = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY'>>;
