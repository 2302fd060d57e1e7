import { FedshotError } from '../../shared/errors.js';

const CODES = { refuse: 'refused', 'rolled back': 'rolled-back', undecided: 'undecided' } as const;

/** The code of a verdict under which nothing is accepted; undefined for one that is no reason against. */
export const codeOf = (outcome: string): (typeof CODES)[keyof typeof CODES] | undefined =>
  Object.hasOwn(CODES, outcome) ? CODES[outcome as keyof typeof CODES] : undefined;

/**
 * The error with which a command ends that has printed such a verdict.
 * @param stays what is in use after it, and how else it can be had
 */
export function notAccepted(outcome: string, stays: string): FedshotError | undefined {
  const code = codeOf(outcome);
  return code && new FedshotError(code, `the verdict is "${outcome}"`, { hint: stays });
}
