import { existsSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '../../shared/files.js';
import { Sha256 } from '../../shared/release/fields.js';
import { readDocument } from './document.js';
import { pointerFile } from './paths.js';
import { RunId } from './record.js';

const Entry = z.strictObject({
  run: RunId,
  /** SHA-256 of its record. */
  record: Sha256,
  /** When it came into use, ISO 8601. */
  at: z.iso.datetime(),
  /** Whether the battery had not accepted it. */
  forced: z.boolean(),
});

/** A run that is or was in use. */
export type InUse = z.infer<typeof Entry>;

export const PointerSchema = z.strictObject({
  format: z.literal('fedshot-current/1'),
  /** `null`: the released model. */
  inUse: Entry.nullable(),
  /** What was in use before, oldest first. */
  history: z.array(Entry),
});

/** Which run answers for a release. */
export type RunPointer = z.infer<typeof PointerSchema>;

/** Before anything was accepted: the released model answers. */
const NOTHING: RunPointer = { format: 'fedshot-current/1', inUse: null, history: [] };

/** @throws FedshotError `format` when the file is damaged; undefined when there is none */
export function readPointer(home: string, name: string): RunPointer | undefined {
  const file = pointerFile(home, name);
  if (!existsSync(file)) return undefined;
  return readDocument(
    PointerSchema,
    file,
    `fedshot client runs lists what there is; move ${file} away, then fedshot client use RUN`,
  );
}

function write(home: string, name: string, pointer: RunPointer): void {
  writeFileAtomic(pointerFile(home, name), `${JSON.stringify(pointer, null, 2)}\n`, 0o600);
}

// What follows is called under the lock of the home's runs (`withRunsLock`).

/** Notes that a release was adapted, and nothing accepted so far. Leaves what is in use as it is. */
export function settle(home: string, name: string): void {
  if (!readPointer(home, name)) write(home, name, NOTHING);
}

/** Puts a run into use; what was in use goes into the history. @throws FedshotError `format`, `io` */
export function moveTo(home: string, name: string, entry: InUse): void {
  const { inUse, history } = readPointer(home, name) ?? NOTHING;
  const before = inUse && inUse.run !== entry.run ? [...history, inUse] : history;
  write(home, name, { format: 'fedshot-current/1', inUse: entry, history: before });
}

/**
 * What a roll-back would lead to: the last run before that the battery had accepted, or `null` for the
 * released model; undefined when that is in use already.
 */
export function previous({ inUse, history }: RunPointer): RunPointer | undefined {
  if (!inUse) return undefined;
  const at = history.findLastIndex(({ forced, run }) => !forced && run !== inUse.run);
  const format = 'fedshot-current/1';
  return { format, inUse: history[at] ?? null, history: history.slice(0, Math.max(at, 0)) };
}

/** Goes to what {@link previous} has found. */
export const restore = write;
