import { existsSync } from 'node:fs';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import {
  MAX_CHECKPOINT_BYTES,
  openCheckpoint,
  type AuditedLog,
  type SignedCheckpoint,
} from '../../shared/log/index.js';

/** From when on an audit looks at the wire: a time, or a state of the log. */
export type Since = { readonly time: Date } | { readonly note: string };

/**
 * Reads what `--since` was given: a time, or a file with a signed checkpoint.
 *
 * @throws FedshotError `usage` for what is neither
 */
export function parseSince(text: string): Since {
  if (existsSync(text)) return { note: readBytes(text, MAX_CHECKPOINT_BYTES).toString() };
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.getTime())) return { time };
  throw new FedshotError('usage', `--since ${text}: neither a time nor a file`, {
    hint: 'give a time such as 2026-11-23T09:00:00Z, or a file with a checkpoint that a site or the log showed then',
  });
}

/** The first leaf that the wire has to have a connection for, and the checkpoint that says so. */
export interface FirstCovered {
  readonly first: number;
  readonly checkpoint?: SignedCheckpoint;
}

/**
 * Every leaf after the first one of that time is covered, whatever time it carries itself: dating a
 * leaf back does not hide it.
 *
 * @throws FedshotError `format`, `signature` for a checkpoint that no log key has signed
 */
export function firstCovered(
  since: Since | undefined,
  log: AuditedLog,
  keys: ReadonlyMap<string, Uint8Array>,
): FirstCovered {
  if (since === undefined) return { first: 0 };
  if ('note' in since) {
    const checkpoint = openCheckpoint(since.note, keys);
    return { first: checkpoint.size, checkpoint };
  }
  const from = since.time.getTime();
  return {
    first: log.leaves.find(({ time }) => time >= from)?.sequence ?? log.checkpoint.size,
  };
}
