import type { Model } from '../../shared/model/folder.js';
import { learns, methods, parseMethodOptions } from '../methods/index.js';
import { evaluate } from './evaluate.js';
import { assertMeetsNeeds } from './needs.js';
import { withPrepared, type Prepared } from './prepare.js';
import { resultOf } from './result.js';
import { disposeRun, runMethod, type MethodRequest } from './run-method.js';
import type { Adapted, AdaptOptions, ReleaseId } from './types.js';

/**
 * Adapts F and B of a released hypothesis to target data, C frozen, by the method that the options
 * name. Samples, the released model's outputs and their diagnosis are prepared, the method is run, and
 * its result is evaluated without labels.
 *
 * @param work folder for the checkpoint, which the caller removes once the result is kept
 * @throws FedshotError `usage`, `data`, `model`, `engine`, `io`; `interrupted` once `signal` is aborted,
 *   the last whole epoch being kept for `resume`
 */
export async function adaptModel(
  model: Model,
  release: ReleaseId,
  work: string,
  options: AdaptOptions,
): Promise<Adapted> {
  const clock = clockOf(options);
  const since = clock();
  const { methodOptions, resume, force = false } = options;
  const method = methods.get(options.method ?? 'shot');
  parseMethodOptions(method, methodOptions);
  assertMeetsNeeds(method, model);
  const request = { method, methodOptions, work, resume, force };
  return withPrepared(model, release, options, learns(method) ? 2 : 1, (prepared) =>
    adaptPrepared(prepared, request, since),
  );
}

/**
 * Runs a method on prepared samples, evaluates what comes of it, and frees it.
 * @param since by the options' clock, from when on `seconds` are counted
 * @throws FedshotError as {@link adaptModel}
 */
export async function adaptPrepared(
  prepared: Prepared,
  request: MethodRequest,
  since = clockOf(prepared.options)(),
): Promise<Adapted> {
  const run = await runMethod(prepared, request);
  try {
    const evaluation = await evaluate(prepared, run, request.force);
    const seconds = (clockOf(prepared.options)() - since) / 1000;
    return await resultOf(prepared, run, evaluation, seconds);
  } finally {
    disposeRun(run);
  }
}

/** The clock that measures a run, milliseconds. */
export const clockOf = ({ clock = () => performance.now() }: Pick<AdaptOptions, 'clock'>) => clock;

export type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './types.js';
