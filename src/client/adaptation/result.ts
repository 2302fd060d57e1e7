import { FedshotError } from '../../shared/errors.js';
import { agreement, confusionMatrix } from '../../shared/model/score.js';
import { part, sameBits } from '../../shared/model/state.js';
import type { Evaluation } from './evaluate.js';
import { openSetOf } from './open-set.js';
import type { Prepared } from './prepare.js';
import type { MethodRun } from './run-method.js';
import { sampleSheet } from './sample-sheet.js';
import type { Adapted, AdaptResult } from './types.js';

/**
 * What an adaptation came to, for its record and for whoever uses it. Checks that C has not changed by a bit.
 *
 * @param seconds that it took
 * @throws FedshotError `internal` where C has changed
 */
export async function resultOf(
  prepared: Prepared,
  { method, epochs }: Pick<MethodRun, 'method' | 'epochs'>,
  evaluation: Evaluation,
  seconds: number,
): Promise<Adapted> {
  const { model, release, options, engine, host, settings } = prepared;
  const { battery, tried, answers, observations, pseudoLabelAgreement } = evaluation;
  const { classes } = model.config;
  const open = options.openSet ? openSetOf(answers.p, classes.length) : undefined;
  const { name, device, version, threads } = engine;
  const { augment = 'none', seed } = options;
  const result: AdaptResult = {
    engine: { name, device, version, threads },
    release,
    classes,
    method: method.name,
    ...(method.objective && augment !== 'none' && { augment }),
    ...(settings.prior && method.objective && { prior: [...settings.prior] }),
    n: host.count,
    battery,
    ...scores(prepared, answers.labels),
    ...open?.figures,
    classifierUnchanged: sameBits(part(tried, 'C.'), part(model.state, 'C.')),
    ...(pseudoLabelAgreement !== undefined && { pseudoLabelAgreement }),
    epochs,
    seed,
    seconds,
  };
  if (!result.classifierUnchanged)
    throw new FedshotError('internal', 'the classifier changed during adaptation');
  const isAdapted = battery.kept === 'adapted';
  return {
    result,
    state: isAdapted ? tried : model.state,
    tried,
    samples: await sampleSheet(prepared, answers.labels),
    use: {
      reading: host.reading,
      ...open?.use,
      stream: isAdapted && method.stream === true,
    },
    observations,
    answers: answers.p,
    labels: host.labels,
  };
}

/** What is right of the scored samples, where there are labels. */
function scores(
  { host: { labels }, released: { answers: before }, model }: Prepared,
  after: Int32Array,
): Pick<AdaptResult, 'sourceOnlyAccuracy' | 'adaptedAccuracy' | 'confusion'> {
  if (!labels) return {};
  const K = model.config.classes.length;
  return {
    sourceOnlyAccuracy: agreement(before.labels, labels),
    adaptedAccuracy: agreement(after, labels),
    confusion: {
      before: confusionMatrix(labels, before.labels, K),
      after: confusionMatrix(labels, after, K),
    },
  };
}
