import { adaptModel, type Adapted, type AdaptOptions } from './adapt.js';
import { diagnose, type Diagnosis } from './diagnose/index.js';
import { adaptedDir, hasAdapted, readAdapted, writeAdapted } from './adapted.js';
import { predict, type Predictions } from './predict.js';
import { openRelease } from './releases.js';
import type { InputOptions } from './types.js';
import type { EngineOptions } from '../shared/engine/index.js';

/**
 * Adapts the newest pulled version of a release and writes the result to the site's home.
 * @throws FedshotError `not-found` before a pull, `digest` if the release was changed on disk, and
 *   whatever `adaptModel` throws
 */
export async function adaptRelease(
  home: string,
  name: string,
  options: AdaptOptions,
): Promise<Adapted> {
  const { model, id } = openRelease(home, name);
  const adapted = await adaptModel(model, id, adaptedDir(home, name), options);
  writeAdapted(home, name, model, adapted);
  return adapted;
}

/**
 * Predicts with the adapted model of a release, or with the release itself.
 * @throws FedshotError `not-found` if there is no such model
 */
export async function predictRelease(
  home: string,
  name: string,
  options: { data: string; sourceModel: boolean; engine?: EngineOptions },
): Promise<Predictions> {
  const model = options.sourceModel ? openRelease(home, name).model : readAdapted(home, name);
  return predict(model, options.data, options.engine);
}

/**
 * Runs the battery on a site's data, and on the adapted model where there is one of this version.
 * @throws FedshotError as `adaptRelease` does
 */
export async function diagnoseRelease(
  home: string,
  name: string,
  options: InputOptions & { engine?: EngineOptions },
): Promise<Diagnosis> {
  const { model, id } = openRelease(home, name);
  const adapted = hasAdapted(home, name) ? readAdapted(home, name) : undefined;
  const same = adapted?.record.result.release.digest === id.digest;
  return diagnose(model, options, same ? adapted.state : undefined);
}

export type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './adapt.js';
export type { Prediction, Predictions } from './predict.js';
