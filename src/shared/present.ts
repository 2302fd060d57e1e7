import { FedshotError } from './errors.js';

/**
 * A value that is there unless fedshot itself is wrong, e.g. an entry that was set a line before.
 *
 * @param what it is, for the message
 * @throws FedshotError `internal` where it is missing
 */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null)
    throw new FedshotError('internal', `${what} is missing`);
  return value;
}
