import { join } from 'node:path';
import { silent } from '../../shared/reporter.js';
import { openRelease } from '../pull/releases.js';
import {
  begin,
  withRunsLock,
  migrate,
  readPointer,
  resume,
  runFolders,
  sweep,
  type Work,
} from '../runs/index.js';
import { adaptAuto } from '../selection/auto.js';
import { adaptModel } from './adapt.js';
import { assertNoConflict } from './conflicts.js';
import { keep, type SourceModel } from './keep.js';
import type { KeptRun, RunOptions } from './run-options.js';
import { settingsOf } from './settings.js';
import { assertSameClasses, combined } from './sources.js';
import type { Adapted } from './types.js';

/**
 * Adapts the newest pulled version of a release and keeps the result as a run of its own. It comes into
 * use where the battery accepts it or `force` is given; otherwise what is in use stays.
 *
 * @param sources other pulled releases with the same classes, which are adapted as well, as runs of
 *   their own, and answer together with the first; what is in use for them stays
 * @throws FedshotError `usage` for options that exclude each other, `not-found` before a pull or where
 *   there is nothing to resume by that id, `digest` if the release was changed on disk, and whatever
 *   `adaptModel` throws
 */
export async function adaptRelease(
  home: string,
  name: string,
  options: RunOptions,
  sources: readonly string[] = [],
): Promise<Adapted & { run: KeptRun }> {
  assertNoConflict(options);
  const names = [name, ...sources.filter((other) => other !== name)];
  const all = names.map((one): SourceModel => ({ name: one, ...openRelease(home, one) }));
  assertSameClasses(all);
  const settings = settingsOfAll(all, options);
  const work = await start(home, name, settings, options);
  try {
    const each: Adapted[] = [];
    for (const one of all) each.push(await adaptOne(one, work, options));
    const adapted = each.length > 1 ? combined(each) : each[0]!;
    const run = await keep(home, { sources: all, each, adapted, settings, work }, options);
    return { ...adapted, run };
  } finally {
    work.close();
  }
}

const settingsOfAll = (
  all: readonly SourceModel[],
  options: RunOptions,
): Record<string, unknown> => {
  const [first, ...others] = all;
  const sources = others.length > 0 ? others.map(({ id }) => id.digest) : undefined;
  return { ...settingsOf(options, first!.id), sources };
};

/** Begins a run, or goes on with one, in a home in which nothing half-done is left. */
async function start(
  home: string,
  name: string,
  settings: Record<string, unknown>,
  { resume: which = false, reporter = silent, now = () => new Date() }: RunOptions,
): Promise<Work> {
  runFolders(home);
  return withRunsLock(home, () => {
    migrate(home, reporter);
    readPointer(home, name); // a damaged one is to be heard of before the work, not after it
    sweep(home);
    const about = { name, settings };
    const resumed = which === false ? undefined : resume(home, about, which);
    if (resumed) reporter.note(`going on with run ${resumed.id}`, 'resumed', { run: resumed.id });
    else if (which !== false)
      reporter.note('nothing to resume: starting anew', 'nothing-to-resume');
    return resumed ?? begin(home, about, now());
  });
}

/** Checkpoints of different releases and methods are files of different folders. */
function adaptOne(
  { name, model, id }: SourceModel,
  { dir, resumed }: Work,
  { method, ...options }: RunOptions,
): Promise<Adapted> {
  const work = join(dir, name);
  const given = { ...options, resume: resumed };
  return method === 'auto'
    ? adaptAuto(model, id, work, given)
    : adaptModel(model, id, work, { ...given, method });
}
