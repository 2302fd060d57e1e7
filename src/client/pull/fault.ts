import { FedshotError, type ErrorCode } from '../../shared/errors.js';
import type { Source } from '../transfer/index.js';

/** What is wrong with what a source sends, as opposed to with the line or with this site. */
const OF_SOURCE: readonly ErrorCode[] = [
  ...(['signature', 'digest', 'format', 'limit', 'rollback', 'expired'] as const),
];

/** The same error, saying which source it came from and what to do about it. */
export function nameSource(source: Source, error: FedshotError): FedshotError {
  if (!OF_SOURCE.includes(error.code) || error.message.startsWith(source.name)) return error;
  const { code, message, hint = 'the source is damaged or is none: try another one' } = error;
  return new FedshotError(code, `${source.name}: ${message}`, {
    hint,
    cause: error.cause ?? error,
  });
}
