import type { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';

/**
 * Reads a JSON file of this site, which may have been damaged or edited.
 *
 * @throws FedshotError `format`, naming the file and the first value at fault; `not-found`, `io`
 */
export function readDocument<T>(schema: z.ZodType<T>, file: string, hint?: string): T {
  return parseDocument(schema, readBytes(file), file, hint);
}

/** As {@link readDocument}, of bytes that were read from `file`. */
export function parseDocument<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  file: string,
  hint?: string,
): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FedshotError('format', `${file} is damaged: not valid JSON`, { cause, hint });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const at = path.length > 0 ? `${path.join('.')}: ` : '';
  // Keys and values of the file may be anything: no control characters on somebody's terminal.
  const why = `${at}${message}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  throw new FedshotError('format', `${file} is damaged: ${why}`, { hint });
}
