import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { parseStrictJson, quoted } from '../json.js';
import { MAX_VERSION } from './limits.js';

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');
export const Count = z.number().int().nonnegative();
export const Version = z.number().int().min(1).max(MAX_VERSION);

const RELEASE_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const ReleaseName = z.string().regex(RELEASE_NAME, 'not a release name');

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const Time = z
  .string()
  .refine(
    (text) =>
      TIME.test(text) && !Number.isNaN(Date.parse(text)) && formatTime(new Date(text)) === text,
    'expected a time as 2026-11-23T09:00:00Z',
  );

/**
 * A fingerprint as people read it out, in groups and of either case. Half of one is refused: whoever
 * compares only that can be fooled.
 *
 * @throws FedshotError `usage`
 */
export function readFingerprint(text: string): string {
  const digits = text.replace(/[\s:]/g, '').toLowerCase();
  if (!Sha256.safeParse(digits).success)
    throw new FedshotError('usage', `not a fingerprint: ${quoted(text)}`, {
      hint: 'give all 64 hex digits, in quotes where there are spaces between them',
    });
  return digits;
}

/** A time as signed metadata has it: UTC, whole seconds. */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** @throws FedshotError `usage` unless `name` may name a release */
export function assertReleaseName(name: string): void {
  if (!RELEASE_NAME.test(name))
    throw new FedshotError('usage', `${quoted(name)} cannot be the name of a release`, {
      hint: 'use up to 64 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
    });
}

/**
 * Reads strict JSON of a known form, refusing every key that the form does not have.
 *
 * @throws FedshotError `format`, naming the first value at fault
 */
export function parsePayload<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  const result = schema.safeParse(parseStrictJson(bytes, what));
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  // Keys are received text: no control characters on somebody's terminal.
  const line = (path.length > 0 ? `${path.join('.')}: ${message}` : message)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
  throw new FedshotError('format', `${what}: ${line}`);
}
