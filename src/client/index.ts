import { adaptModel, type Adapted, type ReleaseId } from './adapt.js';
import { adaptAuto } from './auto.js';
import { diagnose, type Diagnosis } from './diagnose/index.js';
import { adaptedDir, hasAdapted, readAdapted, writeAdapted } from './adapted.js';
import { assertNoConflict } from './conflicts.js';
import { predict, type Predictions } from './predict.js';
import { assertSameClasses, combined } from './sources.js';
import { openRelease } from './releases.js';
import type { AutoOptions, InputOptions } from './types.js';
import type { Model } from '../shared/model/folder.js';
import type { EngineOptions } from '../shared/engine/index.js';
import type { Reporter } from '../shared/reporter.js';

/**
 * Adapts the newest pulled version of a release and writes the result to the site's home.
 *
 * @param sources other pulled releases with the same classes, which are adapted as well and answer
 *   together with the first
 * @throws FedshotError `usage` for options that exclude each other, `not-found` before a pull, `digest` if the release was changed on disk, and
 *   whatever `adaptModel` throws
 */
export async function adaptRelease(
  home: string,
  name: string,
  options: AutoOptions,
  sources: readonly string[] = [],
): Promise<Adapted> {
  assertNoConflict(options);
  const names = [name, ...sources.filter((other) => other !== name)];
  const opened = names.map((one) => ({ one, ...openRelease(home, one) }));
  assertSameClasses(opened);
  const all: Adapted[] = [];
  for (const { one, model, id } of opened)
    all.push(await adaptAny(model, id, adaptedDir(home, one), options));
  const adapted = all.length > 1 ? combined(all) : all[0]!;
  for (const [i, { one, model }] of [...opened.entries()].reverse()) {
    const together = i === 0 && all.length > 1;
    const written = together ? { ...all[i]!, use: adapted.use } : all[i]!;
    writeAdapted(home, one, model, written, together ? names.slice(1) : undefined);
  }
  return adapted;
}

function adaptAny(
  model: Model,
  id: ReleaseId,
  work: string,
  { method, ...options }: AutoOptions,
): Promise<Adapted> {
  return method === 'auto'
    ? adaptAuto(model, id, work, options)
    : adaptModel(model, id, work, { ...options, method });
}

/**
 * Predicts with the adapted model of a release, together with the sources that it was adapted
 * with, or with the release itself.
 * @throws FedshotError `not-found` if there is no such model
 */
export async function predictRelease(
  home: string,
  name: string,
  options: { data: string; sourceModel: boolean; engine?: EngineOptions; reporter?: Reporter },
): Promise<Predictions> {
  if (options.sourceModel)
    return predict([openRelease(home, name).model], options.data, options.engine, options.reporter);
  const read = (one: string) => {
    const { record, ...model } = readAdapted(home, one);
    return { ...model, use: record.use, together: record.together ?? [] };
  };
  const first = read(name);
  return predict(
    [first, ...first.together.map(read)],
    options.data,
    options.engine,
    options.reporter,
  );
}

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
  const adapted = hasAdapted(home, name) ? readAdapted(home, name) : undefined;
  const { release, battery } = adapted?.record.result ?? {};
  const inUse = release?.digest === id.digest && battery?.kept === 'adapted';
  return diagnose(model, options, inUse ? adapted!.state : undefined);
}

export type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './adapt.js';
export type { Prediction, Predictions } from './predict.js';
