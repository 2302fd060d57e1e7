import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { makeFolder, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import { lockOwner, tryLock, type HeldLock } from '../../shared/lock.js';
import { readDocument } from './document.js';
import { isRunId, runId } from './id.js';
import { currentDir, runDir, runsDir, unfinishedDir } from './paths.js';
import { RunId } from './record.js';

const SettingsFile = z.strictObject({
  format: z.literal('fedshot-unfinished/1'),
  run: RunId,
  began: z.iso.datetime(),
  /** The release that was asked for first. */
  name: z.string(),
  settings: z.record(z.string(), z.unknown()),
});

/** A run that is under way or was interrupted. */
export type Unfinished = z.infer<typeof SettingsFile>;

/** A run that is under way here. */
export interface Work {
  readonly id: string;
  readonly began: string;
  /** For checkpoints. */
  readonly dir: string;
  /** Whether it goes on where another process stopped. */
  readonly resumed: boolean;
  /** Gives it up for others to resume; what has no checkpoint is removed. */
  close(): void;
}

const lockFile = (dir: string): string => join(dir, 'lock');
const settingsFile = (dir: string): string => join(dir, 'settings.json');

const hasCheckpoint = (dir: string): boolean =>
  readdirSync(dir, { recursive: true }).some((path) => String(path).endsWith('.safetensors'));

/** @throws FedshotError `format` */
const readSettings = (dir: string): Unfinished =>
  readDocument(SettingsFile, settingsFile(dir), `remove ${dir}: it can be resumed no more`);

/** Every run that has not finished, oldest first, and whether a process is at it. */
export function unfinishedRuns(home: string): { id: string; dir: string; running: boolean }[] {
  const folder = unfinishedDir(home);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isRunId)
    .sort()
    .map((id) => {
      const dir = join(folder, id);
      if (!existsSync(lockFile(dir))) return { id, dir, running: false };
      const lock = tryLock(lockFile(dir));
      lock?.release();
      return { id, dir, running: !lock };
    });
}

/** As {@link unfinishedRuns} with the name of the release; undefined where that cannot be read. */
export const unfinishedOf = (
  home: string,
): { id: string; running: boolean; about: Unfinished | undefined }[] =>
  unfinishedRuns(home).map(({ id, dir, running }) => ({ id, running, about: settingsOrNone(dir) }));

function settingsOrNone(dir: string): Unfinished | undefined {
  try {
    return readSettings(dir);
  } catch {
    return undefined;
  }
}

// What follows is called under the lock of the home's runs, but for `close`.

/** Begins a run: none before it, and none beside it, has its folder. */
export function begin(home: string, about: Pick<Unfinished, 'name' | 'settings'>, now: Date): Work {
  const id = runId(now);
  const dir = join(unfinishedDir(home), id);
  const began = now.toISOString();
  makeFolder(dir, 0o700);
  const lock = held(dir);
  const content: Unfinished = { format: 'fedshot-unfinished/1', run: id, began, ...about };
  try {
    writeFileAtomic(settingsFile(dir), `${JSON.stringify(content)}\n`, 0o600);
  } catch (error) {
    abandon(dir, lock);
    throw error;
  }
  return work(id, dir, began, false, lock);
}

/**
 * Goes on with an interrupted run.
 *
 * @param which a run's id, or `true` for the newest of this release, of the same settings where there
 *   is one
 * @returns undefined when there is nothing to resume
 * @throws FedshotError `not-found` for an id that is none of an interrupted run, `usage` while a process
 *   is at it and where its settings are others
 */
export function resume(
  home: string,
  about: Pick<Unfinished, 'name' | 'settings'>,
  which: string | true,
): Work | undefined {
  const all = unfinishedRuns(home);
  if (which !== true) {
    const found = all.find(({ id }) => id === which);
    if (!found)
      throw new FedshotError('not-found', `${home} has no unfinished run ${which}`, {
        hint: 'fedshot client runs lists them',
      });
    if (found.running)
      throw new FedshotError(
        'usage',
        `run ${which} is under way (process ${lockOwner(lockFile(found.dir))})`,
      );
    return take(found.dir, readSettings(found.dir), about.settings);
  }
  const mine = all.flatMap(({ dir, running }) => {
    const content = running || !hasCheckpoint(dir) ? undefined : settingsOrNone(dir);
    return content?.name === about.name ? [{ dir, content }] : [];
  });
  const wanted = JSON.stringify(about.settings);
  const newest =
    mine.findLast(({ content }) => JSON.stringify(content.settings) === wanted) ?? mine.at(-1);
  return newest && take(newest.dir, newest.content, about.settings);
}

/** What was learnt under other settings would end as something that neither of the two describes. */
function assertSame(run: string, was: Unfinished['settings'], is: Unfinished['settings']): void {
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [before, now] = [JSON.stringify(was[key]), JSON.stringify(is[key])];
    if (before !== now)
      throw new FedshotError('usage', `run ${run} was made with ${key} ${before}, not ${now}`, {
        hint: 'resume with the same options, or start anew without --resume',
      });
  }
}

/**
 * Removes what killed processes have left: half-written files, runs that have no checkpoint or stand
 * finished beside it, and, at the end of a run, earlier ones of the same release and settings.
 */
export function sweep(
  home: string,
  finished?: Pick<Unfinished, 'name' | 'settings' | 'run'>,
): void {
  for (const dir of [runsDir(home), currentDir(home)]) if (existsSync(dir)) sweepTemporary(dir);
  const settings = JSON.stringify(finished?.settings);
  for (const { id, dir, running } of unfinishedRuns(home)) {
    if (running) continue;
    const about = settingsOrNone(dir);
    const superseded =
      finished !== undefined &&
      id < finished.run &&
      about?.name === finished.name &&
      JSON.stringify(about.settings) === settings;
    const over = existsSync(runDir(home, id)) || !hasCheckpoint(dir);
    if (over || superseded) rmSync(dir, { recursive: true, force: true });
  }
}

/** Removes the checkpoints of a run that has finished. */
export const discard = ({ dir }: Pick<Work, 'dir'>): void => {
  rmSync(dir, { recursive: true, force: true });
};

function held(dir: string): HeldLock {
  const lock = tryLock(lockFile(dir));
  if (lock) return lock;
  throw new FedshotError('usage', `${dir}: process ${lockOwner(lockFile(dir))} is at this run`);
}

function take(
  dir: string,
  { run, began, settings }: Unfinished,
  now: Unfinished['settings'],
): Work {
  assertSame(run, settings, now);
  return work(run, dir, began, true, held(dir));
}

const work = (id: string, dir: string, began: string, resumed: boolean, lock: HeldLock): Work => ({
  id,
  began,
  dir,
  resumed,
  close: () => abandon(dir, lock),
});

/** What has no checkpoint goes while the lock is held: nobody else can be at it. Then the lock goes, always. */
function abandon(dir: string, lock: HeldLock): void {
  try {
    if (existsSync(dir) && !hasCheckpoint(dir)) rmSync(dir, { recursive: true, force: true });
  } finally {
    lock.release();
  }
}
