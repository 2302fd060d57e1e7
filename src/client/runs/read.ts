import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { decodeModel, MODEL_FILES, type Model } from '../../shared/model/folder.js';
import { sha256 } from '../../shared/release/index.js';
import { parseDocument } from './document.js';
import { isRunId } from './id.js';
import { runDir, runsDir } from './paths.js';
import { RecordSchema, type RunRecord } from './record.js';

const HINT = 'use another run (fedshot client runs lists them), roll back, or adapt anew';

/** A run's record and its digest. */
export interface ReadRecord {
  record: RunRecord;
  digest: string;
}

/**
 * Reads the record of a run.
 *
 * @param expected digest of the record, where somebody has kept it
 * @throws FedshotError `digest` when it is not that one or is missing, `format` when it is damaged,
 *   `not-found` when there is no such run
 */
export function readRecord(home: string, id: string, expected?: string): ReadRecord {
  const dir = runDir(home, id);
  const file = join(dir, 'record.json');
  if (expected === undefined && !existsSync(dir))
    throw new FedshotError('not-found', `${home} has no run ${id}`, {
      hint: 'fedshot client runs lists them',
    });
  const bytes = recorded(file);
  const digest = sha256(bytes);
  if (expected !== undefined && digest !== expected)
    throw changed(file, 'its SHA-256 is not the one that was noted when it was made');
  const record = parseDocument(RecordSchema, bytes, file, HINT);
  if (record.id !== id) throw changed(file, `it is the record of run ${record.id}`);
  return { record, digest };
}

/** Whether the weights of a run were kept. */
export const hasWeights = ({ files }: Pick<RunRecord, 'files'>): boolean =>
  MODEL_FILES.every((name) => files[name] !== undefined);

/**
 * The model of a run. What is decoded is the buffer whose digest was checked.
 *
 * @throws FedshotError `digest`, naming a file that was changed or is missing; `not-found` for a run
 *   whose weights were not kept
 */
export function readRunModel(home: string, record: RunRecord): Model {
  const dir = runDir(home, record.id);
  if (!hasWeights(record))
    throw new FedshotError('not-found', `the weights of run ${record.id} were not kept`, {
      hint: 'adapt again with --keep-weights, or with --force to use what comes out',
    });
  return decodeModel(dir, (name) => {
    const bytes = recorded(join(dir, name));
    if (sha256(bytes) !== record.files[name])
      throw changed(join(dir, name), 'its SHA-256 is not the one in the record of the run');
    return bytes;
  });
}

/** Ids of the runs in a home, oldest first. */
export function runIds(home: string): string[] {
  const dir = runsDir(home);
  return existsSync(dir) ? readdirSync(dir).filter(isRunId).sort() : [];
}

function recorded(file: string): Buffer {
  try {
    return readBytes(file);
  } catch (error) {
    if (asFedshotError(error, 'io').code !== 'not-found') throw error;
    throw changed(file, 'it is missing');
  }
}

const changed = (file: string, why: string): FedshotError =>
  new FedshotError('digest', `${file} has changed since the run: ${why}`, { hint: HINT });
