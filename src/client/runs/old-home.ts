import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { makeFolder, readBytes } from '../../shared/files.js';
import { readModel, type Model } from '../../shared/model/folder.js';
import { sha256 } from '../../shared/release/index.js';
import type { Reporter } from '../../shared/reporter.js';
import { acceptedOf } from './accepted.js';
import { parseDocument, readDocument } from './document.js';
import { runId } from './id.js';
import { keepRun, moveFolder } from './keep.js';
import { adaptedDir, runDir } from './paths.js';
import { moveTo, readPointer, settle } from './pointer.js';
import { readRecord } from './read.js';
import { OldRecordSchema, type OldRecord, type RunRef } from './record.js';

/** Version 0.1 had one adaptation of each release, written file by file into `adapted/<name>`. */
const BACKUP = '.0.1';

const oldDir = (home: string, name: string): string => join(adaptedDir(home), name);
const HINT = 'adapt anew';
const AnyDocument = z.looseObject({});

/** Releases that version 0.1 has adapted here, and that have not become runs yet. */
export function oldNames(home: string): string[] {
  const dir = adaptedDir(home);
  if (!existsSync(dir)) return [];
  return readdirSync(dir).filter(
    (name) => !name.startsWith('.') && existsSync(join(dir, name, 'record.json')),
  );
}

/**
 * An adaptation of version 0.1.
 * @throws FedshotError `format` for a damaged record, and as `readModel` does
 */
export function readOld(home: string, name: string): Model & { record: OldRecord } {
  const dir = oldDir(home, name);
  const record = readDocument(OldRecordSchema, join(dir, 'record.json'), HINT);
  return { ...readModel(dir), record };
}

/**
 * Makes runs of what version 0.1 has left in a home, without the pictures in its records, and moves the
 * old folders into a back-up. May be killed at any point and called again. To be called under the lock
 * of the home's runs.
 *
 * @throws FedshotError `io`
 */
export function migrate(home: string, reporter: Reporter): void {
  const names = oldNames(home);
  if (names.length === 0) return;
  const made = new Map<string, RunRef>();
  // An ensemble names the runs of its other releases: those have to be there before it.
  const order = (name: string): number => (togetherOf(home, name).length > 0 ? 1 : 0);
  for (const name of names.sort((a, b) => order(a) - order(b)))
    try {
      const ref = migrateOne(home, name, made);
      made.set(name, ref);
      reporter.note(
        `adapted/${name} of fedshot 0.1 is run ${ref.run} now; the old files are in adapted/${BACKUP}`,
        'home-moved',
      );
    } catch (error) {
      if (!(error instanceof FedshotError) || error.code === 'io') throw error;
      reporter.warn(
        `adapted/${name} of fedshot 0.1 cannot be used and is in adapted/${BACKUP} now: ${error.message}`,
        'home-unusable',
      );
    }
  for (const name of names) backUp(home, name);
}

function togetherOf(home: string, name: string): string[] {
  try {
    return readOld(home, name).record.together ?? [];
  } catch {
    return []; // what is wrong with it is said when it is its turn
  }
}

function migrateOne(home: string, name: string, made: ReadonlyMap<string, RunRef>): RunRef {
  const { record, config, state } = readOld(home, name);
  const dir = oldDir(home, name);
  const file = join(dir, 'record.json');
  const { mtime } = statSync(file);
  // The same folder gives the same run, so that a migration that was killed makes no second one.
  const id = runId(mtime, sha256(readBytes(file)).slice(0, 6));
  const { result, use } = record;
  const together = record.together?.map((other) => {
    const ref = made.get(other);
    if (ref) return ref;
    throw new FedshotError('not-found', `it answered together with ${other}, which is gone`);
  });
  const verdict = acceptedOf(result.battery, false);
  const ref: RunRef = existsSync(runDir(home, id))
    ? { run: id, record: readRecord(home, id).digest }
    : keepRun(
        home,
        {
          id,
          began: mtime.toISOString(),
          settings: {},
          result,
          use,
          verdict,
          ...(together && { together }),
        },
        { model: { config, state }, documents: isolationOf(dir) },
      );
  const { inUse, history = [] } = readPointer(home, name) ?? {};
  const known = [...history, ...(inUse ? [inUse] : [])].some(({ run }) => run === id);
  if (!verdict.accepted && !together) settle(home, name);
  else if (!known) moveTo(home, name, { ...ref, at: mtime.toISOString(), forced: false });
  return ref;
}

/** What the run was kept apart from, as the old folder has it. */
function isolationOf(dir: string): Record<string, unknown> {
  const file = join(dir, 'isolation.json');
  if (!existsSync(file)) return {};
  return { 'isolation.json': parseDocument(AnyDocument, readBytes(file), file) };
}

/** Keeps the old files, which hold pictures, where only the site itself may look. */
function backUp(home: string, name: string): void {
  const folder = join(adaptedDir(home), BACKUP);
  makeFolder(folder, 0o700);
  chmodSync(folder, 0o700);
  let as = name;
  for (let n = 2; existsSync(join(folder, as)); n++) as = `${name}.${n}`;
  moveFolder(oldDir(home, name), folder, as);
}
