import type { Model } from '../../shared/model/folder.js';
import { silent } from '../../shared/reporter.js';
import {
  acceptedOf,
  discard,
  withRunsLock,
  keepRun,
  migrate,
  moveTo,
  settle,
  sweep,
  type RunRecord,
  type RunRef,
  type Work,
} from '../runs/index.js';
import { runId } from '../runs/id.js';
import type { KeptRun, RunOptions } from './run-options.js';
import { forRecord, settingsOf } from './settings.js';
import type { Adapted, ReleaseId } from './types.js';

/** A release that is adapted. */
export interface SourceModel {
  /** As the caller names it. */
  name: string;
  model: Model;
  id: ReleaseId;
}

/** What came of adapting one release, or several that answer together. */
export interface Done {
  sources: readonly SourceModel[];
  /** What came of each source. */
  each: readonly Adapted[];
  /** The first of them, with what all answer together. */
  adapted: Adapted;
  settings: Record<string, unknown>;
  work: Work;
}

/** Writes the runs, whole, and only then moves what points to the one in use. */
export function keep(home: string, done: Done, options: RunOptions): Promise<KeptRun> {
  const { sources, each, adapted, settings, work } = done;
  const { force = false, runName, now = () => new Date(), reporter = silent } = options;
  const [first] = sources as [SourceModel];
  return withRunsLock(home, () => {
    migrate(home, reporter);
    sweep(home);
    const named = runName === undefined ? {} : { name: runName };
    const together = keepOthers(home, done, options, named);
    const verdict = verdictOf(each, force);
    const used = verdict.accepted || force;
    const keepsTried = options.keepWeights === true;
    const weights = used ? each[0]!.state : keepsTried ? adapted.tried : undefined;
    const ref = keepRun(
      home,
      {
        id: work.id,
        began: work.began,
        ...named,
        settings: forRecord(settings),
        result: adapted.result,
        use: adapted.use,
        verdict,
        ...(together.length > 0 && { together }),
      },
      leavings(first, adapted, weights, options),
    );
    const at = now().toISOString();
    if (used) moveTo(home, first.name, { ...ref, at, forced: !verdict.accepted });
    else settle(home, first.name);
    discard(work);
    sweep(home, { name: first.id.name, settings, run: work.id });
    return { id: work.id, ...named, verdict, inUse: used };
  });
}

/** The sources after the first, each as a run of its own, with its weights: it answers with the first. */
function keepOthers(
  home: string,
  { sources, each, work }: Done,
  options: RunOptions,
  named: { name?: string },
): RunRef[] {
  return sources.slice(1).map((source, i): RunRef => {
    const own = each[i + 1]!;
    return keepRun(
      home,
      {
        id: runId(new Date(work.began)),
        began: work.began,
        ...named,
        result: own.result,
        use: own.use,
        settings: forRecord(settingsOf(options, source.id)),
        verdict: acceptedOf(own.result.battery, options.force ?? false),
      },
      leavings(source, own, own.state, options),
    );
  });
}

/** Of several that answer together: accepted where one of them is, by the verdict of the first such. */
function verdictOf(each: readonly Adapted[], force: boolean): RunRecord['verdict'] {
  const verdicts = each.map(({ result }) => acceptedOf(result.battery, force));
  return verdicts.find(({ accepted }) => accepted) ?? verdicts[0]!;
}

function leavings(
  { model }: SourceModel,
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
