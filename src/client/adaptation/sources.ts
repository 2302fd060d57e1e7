import { FedshotError } from '../../shared/errors.js';
import type { Model } from '../../shared/model/folder.js';
import { agreement, confusionMatrix } from '../../shared/model/score.js';
import { argMaxRows } from '../diagnostics/linear.js';
import { openSetOf } from './open-set.js';
import type { Adapted, SourceResult } from './types.js';

/**
 * Refuses models that cannot answer together, before the work of adapting them.
 * @throws FedshotError `usage` where the classes differ
 */
export function assertSameClasses(models: readonly { name: string; model: Model }[]): void {
  const [first] = models;
  for (const { name, model } of models)
    if (model.config.classes.join('\0') !== first!.model.config.classes.join('\0'))
      throw new FedshotError('usage', `${name} and ${first!.name} have different classes`);
}

/**
 * Several released models, each adapted to the same samples, answering together: the class with
 * the largest sum of probabilities (Liang et al. 2020, section 4.4, multi-source).
 *
 * @param all in the order of their names, the first being the one that is asked for
 * @returns the first, with the figures of all
 */
export function combined(all: readonly Adapted[]): Adapted {
  const [first] = all as [Adapted];
  const { classes } = first.result;
  const answers = first.answers.map((_, i) => all.reduce((s, one) => s + one.answers[i]!, 0));
  const guesses = argMaxRows(answers, classes.length);
  const { labels } = first;
  const isOpen = first.result.unknownShare !== undefined;
  const mean = answers.map((q) => q / all.length);
  const open = isOpen ? openSetOf(mean, classes.length) : undefined;
  // the mean of several is less sure than each: it has a cut of its own, or none
  const { unknownAbove: _, ...use } = first.use;
  const sources = all.map(
    ({ result: { release, battery, sourceOnlyAccuracy, adaptedAccuracy } }): SourceResult => ({
      release,
      outcome: battery.outcome,
      kept: battery.kept,
      sourceOnlyAccuracy,
      adaptedAccuracy,
    }),
  );
  return {
    ...first,
    answers,
    samples: { ...first.samples },
    use: { ...use, ...open?.use },
    result: {
      ...first.result,
      ...open?.figures,
      sources,
      seconds: all.reduce((s, { result }) => s + result.seconds, 0),
      ...(labels && {
        adaptedAccuracy: agreement(guesses, labels),
        confusion: {
          before: first.result.confusion!.before,
          after: confusionMatrix(labels, guesses, classes.length),
        },
      }),
    },
  };
}
