import type { DataSource } from '../../shared/data/index.js';
import type { EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import type { Reporter } from '../../shared/reporter.js';
import { predict, type Predictions } from './predict.js';
import { currentRelease } from '../pull/home.js';
import { openRelease } from '../pull/releases.js';
import { findRun, inUse, modelsOf, type Answering } from '../runs/index.js';
import type { ReleaseId } from '../adaptation/types.js';

/** Which model has answered. */
export interface AnsweredBy {
  /** `null` where it is the released model. */
  run: string | null;
  /** What the run is called besides. */
  runName?: string;
  release: ReleaseId;
  /** What the battery said of the run. */
  verdict?: string;
  /** Whether the run is used although the battery had not accepted it. */
  forced?: boolean;
  /** Runs of other releases that have answered with it. */
  together?: string[];
  /** A newer version of the release that was pulled since, which this run does not know of. */
  newerVersion?: number;
}

export interface PredictOptions {
  data: DataSource;
  /** Asks the released model, whatever is in use. */
  sourceModel: boolean;
  /** Asks this run, whatever is in use. */
  run?: string;
  engine?: EngineOptions;
  reporter?: Reporter;
}

/**
 * Predicts with the run of a release that is in use, together with the others that it was adapted
 * with; with another run; or with the release itself, also where no adaptation was accepted.
 *
 * @throws FedshotError `not-found` before the first adaptation or without such a run, `digest` or
 *   `format` for files that have changed
 */
export async function predictRelease(
  home: string,
  name: string,
  { data, sourceModel, run, engine, reporter }: PredictOptions,
): Promise<Predictions & { model: AnsweredBy }> {
  if (sourceModel && run !== undefined)
    throw new FedshotError('usage', '--source-model and --run exclude each other');
  const answering = sourceModel ? RELEASED : run ? oneRun(home, name, run) : inUse(home, name);
  if (!answering)
    throw new FedshotError('not-found', `${home} holds no adapted model of "${name}"`, {
      hint: `fedshot client adapt --home ${home} --name ${name} --data …, or predict with --source-model`,
    });
  if (answering.kind === 'released') {
    const { model, id } = openRelease(home, name);
    return {
      ...(await predict([model], data, engine, reporter)),
      model: { run: null, release: id },
    };
  }
  const predictions = await predict(modelsOf(home, answering), data, engine, reporter);
  return { ...predictions, model: described(home, answering) };
}

const RELEASED: Answering = { kind: 'released' };

function oneRun(home: string, name: string, given: string): Answering {
  const { record } = findRun(home, given, name);
  return { kind: 'run', record, forced: !record.verdict.accepted };
}

function described(home: string, answering: Exclude<Answering, { kind: 'released' }>): AnsweredBy {
  const { release } = answering.record.result;
  const { name, version, digest } = release;
  const pulled = pulledVersion(home, name);
  const common = {
    release: { name, version, digest },
    ...(pulled !== undefined && pulled > version && { newerVersion: pulled }),
  };
  if (answering.kind === 'old')
    return {
      ...common,
      run: `adapted/${answering.name}`,
      verdict: answering.record.result.battery.outcome,
      together: answering.record.together,
    };
  const { record, forced } = answering;
  return {
    ...common,
    run: record.id,
    runName: record.name,
    verdict: record.verdict.outcome,
    ...(forced && { forced }),
    together: record.together?.map((ref) => ref.run),
  };
}

/** An adapted model answers also where its release is gone. */
function pulledVersion(home: string, name: string): number | undefined {
  try {
    return currentRelease(home, name).version;
  } catch (error) {
    if (error instanceof FedshotError && error.code === 'not-found') return undefined;
    throw error;
  }
}
