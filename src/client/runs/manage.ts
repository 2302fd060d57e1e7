import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { assertReleaseName } from '../../shared/release/index.js';
import type { Reporter } from '../../shared/reporter.js';
import { findRun } from './find.js';
import { migrate } from './old-home.js';
import { codeOf } from './outcome.js';
import { withRunsLock, runFolders } from './paths.js';
import { moveTo, previous, readPointer, restore } from './pointer.js';
import { readRecord, readRunModel, type ReadRecord } from './read.js';
import type { RunRecord } from './record.js';
import { sweep } from './unfinished.js';

/** What is in use after `client use` or `client rollback`: a run, or `null` for the released model. */
export interface NowInUse {
  name: string;
  inUse: { run: string; verdict: RunRecord['verdict']; version: number } | null;
}

/** Reads every file of a run, so that none that is damaged comes into use. */
function assertWhole(home: string, record: RunRecord): void {
  readRunModel(home, record);
  for (const ref of record.together ?? [])
    readRunModel(home, readRecord(home, ref.run, ref.record).record);
}

const summary = ({ record }: ReadRecord): NowInUse['inUse'] => ({
  run: record.id,
  verdict: record.verdict,
  version: record.result.release.version,
});

/**
 * Puts a run into use that the battery has accepted, or any other that has kept its weights where it is
 * forced to.
 *
 * @param given what a person calls the run, as {@link findRun} takes it
 * @throws FedshotError `refused`, `rolled-back` or `undecided` for a run that was not accepted,
 *   `not-found`, `digest`, `format`, `usage`, `io`
 */
export async function putIntoUse(
  home: string,
  given: string,
  { name, force = false, now, reporter }: UseOptions,
): Promise<NowInUse> {
  assertHome(home);
  runFolders(home);
  return withRunsLock(home, () => {
    migrate(home, reporter);
    sweep(home);
    const found = findRun(home, given, name);
    const { record, digest } = found;
    const { outcome, accepted } = record.verdict;
    if (!accepted && !force)
      throw new FedshotError(
        codeOf(outcome) ?? 'refused',
        `run ${record.id} was not accepted: its verdict is ${outcome}`,
        { hint: 'what is in use stays; --force uses it all the same' },
      );
    assertWhole(home, record);
    moveTo(home, record.result.release.name, {
      run: record.id,
      record: digest,
      at: now.toISOString(),
      forced: !accepted,
    });
    return { name: record.result.release.name, inUse: summary(found) };
  });
}

export interface UseOptions {
  /** The release that the run has to be of. */
  name?: string;
  force?: boolean;
  now: Date;
  reporter: Reporter;
}

/**
 * Goes back to the run that was accepted and in use before, or to the released model.
 *
 * @throws FedshotError `not-found` when there is nothing to take back; `digest` or `format` when what
 *   was before is damaged; what is in use then stays
 */
export async function rollBack(home: string, name: string, reporter: Reporter): Promise<NowInUse> {
  assertHome(home);
  assertReleaseName(name);
  runFolders(home);
  return withRunsLock(home, () => {
    migrate(home, reporter);
    sweep(home);
    const pointer = readPointer(home, name);
    const before = pointer && previous(pointer);
    if (!before)
      throw new FedshotError('not-found', `no adaptation of "${name}" is in use: nothing to undo`, {
        hint: 'fedshot client runs lists what there is',
      });
    if (!before.inUse) {
      restore(home, name, before);
      return { name, inUse: null };
    }
    const found = readRecord(home, before.inUse.run, before.inUse.record);
    assertWhole(home, found.record);
    restore(home, name, before);
    return { name, inUse: summary(found) };
  });
}

/** @throws FedshotError `not-found` for a folder that is no site's */
export function assertHome(home: string): void {
  if (!['trust', 'runs', 'adapted'].some((name) => existsSync(join(home, name))))
    throw new FedshotError('not-found', `${home}: not the home of a site`, {
      hint: 'give the folder that was given to fedshot client init',
    });
}
