import type { EngineOptions } from '../shared/engine/index.js';
import { diagnose, type Diagnosis } from './diagnostics/index.js';
import { openRelease } from './pull/releases.js';
import { inUse, readRunModel } from './runs/index.js';
import { readOld } from './runs/old-home.js';
import type { InputOptions } from './target/options.js';
import type { Model } from '../shared/model/folder.js';
import type { Reporter } from '../shared/reporter.js';

/**
 * Runs the battery on a site's data, and on the adapted model where one of this version is in use.
 * @throws FedshotError as `adaptRelease` does
 */
export async function diagnoseRelease(
  home: string,
  name: string,
  options: InputOptions & { engine?: EngineOptions; reporter?: Reporter },
): Promise<Diagnosis> {
  const { model, id } = openRelease(home, name);
  const { state, informed } = adaptedOf(home, name, id.digest) ?? {};
  return diagnose(model, options, state, informed);
}

/** The weights in use that were adapted from this version of a release, and whether by given shares. */
function adaptedOf(
  home: string,
  name: string,
  digest: string,
): { state: Model['state']; informed?: boolean } | undefined {
  const answering = inUse(home, name);
  if (!answering || answering.kind === 'released') return undefined;
  const { release, battery } = answering.record.result;
  if (release.digest !== digest) return undefined;
  const { state } =
    answering.kind === 'old' ? readOld(home, name) : readRunModel(home, answering.record);
  return { state, informed: battery.signals.informed };
}

export { adaptRelease } from './adaptation/adapt-release.js';
export type { KeptRun, RunOptions } from './adaptation/run-options.js';
export { withoutFolders } from './adaptation/settings.js';
export {
  predictRelease,
  type AnsweredBy,
  type PredictOptions,
} from './prediction/predict-release.js';
export type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './adaptation/adapt.js';
export type { Prediction, Predictions } from './prediction/predict.js';
