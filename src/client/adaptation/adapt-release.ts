import { join } from 'node:path';
import type { IsolationRecord } from '../../shared/isolate/types.js';
import type { Model } from '../../shared/model/folder.js';
import { silent } from '../../shared/reporter.js';
import { adaptModel, type Adapted, type ReleaseId } from './adapt.js';
import { adaptAuto } from '../selection/auto.js';
import { assertNoConflict } from './conflicts.js';
import { openRelease } from '../pull/releases.js';
import {
  acceptedOf,
  begin,
  discard,
  exclusively,
  keepRun,
  migrate,
  moveTo,
  readPointer,
  resume,
  runFolders,
  settle,
  sweep,
  type RunRecord,
  type RunRef,
  type Work,
} from '../runs/index.js';
import { runId } from '../runs/id.js';
import { forRecord, settingsOf } from './settings.js';
import { assertSameClasses, combined } from './sources.js';
import type { AutoOptions } from './types.js';

/** How an adaptation is kept. */
export interface RunOptions extends Omit<AutoOptions, 'resume'> {
  /** Goes on with an interrupted run: this one, or for `true` the newest of these settings. */
  resume?: string | boolean;
  /** What the run is called besides its id. */
  runName?: string;
  /** Keeps the weights of a run that does not come into use, to look at. */
  keepWeights?: boolean;
  /** Keeps the pictures of a report beside the record. */
  keepSamples?: boolean;
  /** What the run was kept apart from, for audits. */
  isolation?: IsolationRecord;
  now?: () => Date;
}

/** What became of a run. */
export interface KeptRun {
  id: string;
  name?: string;
  verdict: RunRecord['verdict'];
  /** Whether it is what answers now. */
  inUse: boolean;
}

/** A release that is adapted, and what came of it. */
interface Part {
  one: string;
  model: Model;
  id: ReleaseId;
}

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
  const parts = names.map((one): Part => ({ one, ...openRelease(home, one) }));
  assertSameClasses(parts);
  const settings = settingsOfAll(parts, options);
  const work = await start(home, name, settings, options);
  try {
    const all: Adapted[] = [];
    for (const part of parts) all.push(await adaptPart(part, work, options));
    const adapted = all.length > 1 ? combined(all) : all[0]!;
    const run = await keep(home, { parts, all, adapted, settings, work }, options);
    return { ...adapted, run };
  } finally {
    work.close();
  }
}

const settingsOfAll = (parts: readonly Part[], options: RunOptions): Record<string, unknown> => {
  const [first, ...others] = parts;
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
  return exclusively(home, () => {
    migrate(home, reporter);
    readPointer(home, name); // a damaged one is to be heard of before the work, not after it
    sweep(home);
    const about = { name, settings };
    const resumed = which === false ? undefined : resume(home, about, which);
    if (resumed) reporter.note(`going on with run ${resumed.id}`);
    else if (which !== false) reporter.note('nothing to resume: starting anew');
    return resumed ?? begin(home, about, now());
  });
}

/** Checkpoints of different releases and methods are files of different folders. */
function adaptPart(
  { one, model, id }: Part,
  { dir, resumed }: Work,
  { method, ...options }: RunOptions,
): Promise<Adapted> {
  const work = join(dir, one);
  const given = { ...options, resume: resumed };
  return method === 'auto'
    ? adaptAuto(model, id, work, given)
    : adaptModel(model, id, work, { ...given, method });
}

interface Done {
  parts: readonly Part[];
  all: readonly Adapted[];
  /** The first of them, with what all answer together. */
  adapted: Adapted;
  settings: Record<string, unknown>;
  work: Work;
}

/** Writes the runs, whole, and only then moves what points to the one in use. */
function keep(home: string, done: Done, options: RunOptions): Promise<KeptRun> {
  const { parts, all, adapted, settings, work } = done;
  const { force = false, runName, now = () => new Date(), reporter = silent } = options;
  const [{ one: name, id: release }] = parts as [Part];
  return exclusively(home, () => {
    migrate(home, reporter);
    sweep(home);
    const common = { began: work.began, ...(runName !== undefined && { name: runName }) };
    const together = parts.slice(1).map((part, i): RunRef => {
      const own = all[i + 1]!;
      return keepRun(
        home,
        {
          id: runId(new Date(work.began)),
          ...common,
          result: own.result,
          use: own.use,
          settings: forRecord(settingsOf(options, part.id)),
          verdict: acceptedOf(own.result.battery, force),
        },
        // What answers with others needs its weights, even where they are the released ones.
        leavings(part, own, own.state, options),
      );
    });
    const verdict = verdictOf(all, force);
    const used = verdict.accepted || force;
    const keepsTried = options.keepWeights === true;
    const weights = used ? all[0]!.state : keepsTried ? adapted.tried : undefined;
    const ref = keepRun(
      home,
      {
        id: work.id,
        ...common,
        settings: forRecord(settings),
        result: adapted.result,
        use: adapted.use,
        verdict,
        ...(together.length > 0 && { together }),
      },
      leavings(parts[0]!, adapted, weights, options),
    );
    if (used) moveTo(home, name, { ...ref, at: now().toISOString(), forced: !verdict.accepted });
    else settle(home, name);
    discard(work);
    sweep(home, { name: release.name, settings, run: work.id });
    return { id: work.id, ...(runName !== undefined && { name: runName }), verdict, inUse: used };
  });
}

/** Of several that answer together: accepted where one of them is, by the verdict of the first such. */
function verdictOf(all: readonly Adapted[], force: boolean): RunRecord['verdict'] {
  const verdicts = all.map(({ result }) => acceptedOf(result.battery, force));
  return verdicts.find(({ accepted }) => accepted) ?? verdicts[0]!;
}

function leavings(
  { model }: Part,
  { samples }: Adapted,
  state: Model['state'] | undefined,
  { isolation, keepSamples }: RunOptions,
) {
  return {
    ...(state && { model: { config: model.config, state } }),
    documents: {
      ...(isolation && { 'isolation.json': isolation }),
      ...(keepSamples && { 'samples.json': samples }),
    },
  };
}
