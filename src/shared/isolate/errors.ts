import { FedshotError, type ErrorCode } from '../errors.js';
import type { SentError } from './step.js';

/** An error as it is sent to another process. @param shown how file names are said there */
export function sendable(error: unknown, shown = (text: string): string => text): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return error instanceof FedshotError
    ? {
        code: error.code,
        message: shown(message),
        hint: error.hint === undefined ? undefined : shown(error.hint),
        stack,
      }
    : { code: 'internal', message: shown(message), stack };
}

/** The error that another process has sent. */
export function received({ code, message, hint, stack }: SentError): Error {
  const error =
    code === 'internal' && hint === undefined
      ? new Error(message)
      : new FedshotError(code as ErrorCode, message, { hint });
  if (stack !== undefined) error.stack = stack;
  return error;
}
