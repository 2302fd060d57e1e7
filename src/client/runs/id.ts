import { randomBytes } from 'node:crypto';

/** The name of a run: when it began, to the millisecond, and six random digits. Sorts by time. */
export const RUN_ID = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/;

/** What a run may be called besides. */
export const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,63}$/;

export const isRunId = (text: string): boolean => RUN_ID.test(text);

/** @param random six hexadecimal digits */
export function runId(began: Date, random = randomBytes(3).toString('hex')): string {
  return `${began.toISOString().replace(/[-:.]/g, '')}-${random}`;
}
