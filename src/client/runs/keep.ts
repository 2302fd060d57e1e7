import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { fsyncDir } from '../../shared/files.js';
import { writeFolder } from '../../shared/folders.js';
import { modelFiles, type Model } from '../../shared/model/folder.js';
import { sha256 } from '../../shared/release/index.js';
import { runDir } from './paths.js';
import type { RunRecord, RunRef } from './record.js';

/** What a run leaves besides its record. */
export interface Leavings {
  /** Its model, where that is kept. */
  model?: Model;
  /** Further documents by file name, such as `isolation.json`. */
  documents?: Readonly<Record<string, unknown>>;
}

/** Only the site itself may read what was learnt from its data. */
const MODES = { file: 0o600, folder: 0o700 };

const json = (value: unknown): string => `${JSON.stringify(value)}\n`;

/**
 * Writes a run, whole or not at all. To be called under the lock of the home's runs.
 *
 * @returns the run with the digest of its record, which names the digests of all its files
 * @throws FedshotError `io`
 */
export function keepRun(
  home: string,
  record: Omit<RunRecord, 'format' | 'files'>,
  { model, documents = {} }: Leavings,
): RunRef {
  const files = model ? modelFiles(model) : new Map<string, Uint8Array | string>();
  for (const [name, value] of Object.entries(documents)) files.set(name, json(value));
  const digests: Record<string, string> = {};
  for (const [name, data] of files) digests[name] = sha256(Buffer.from(data));
  const whole = json({ format: 'fedshot-run/1', ...record, files: digests });
  files.set('record.json', whole);
  writeFolder(runDir(home, record.id), files, MODES);
  return { run: record.id, record: sha256(Buffer.from(whole)) };
}

/** Moves a folder beside others of its kind. @throws the operating system's error */
export function moveFolder(from: string, parent: string, name: string): void {
  renameSync(from, join(parent, name));
  fsyncDir(parent);
}
