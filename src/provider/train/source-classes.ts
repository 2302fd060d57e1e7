import { isNumberName } from '../../shared/data/label-values.js';
import type { SampleInfo } from '../../shared/data/types.js';
import { FedshotError } from '../../shared/errors.js';
import { silent, type Reporter } from '../../shared/reporter.js';

/** From here on, decimals are a measurement rather than a grade such as 1.5. */
const MOST_DECIMALS = 10;
const MANY = 20;
/** Samples per class below which many numbers look like a measurement. */
const FEW = 10;

/**
 * Refuses labels that are a measurement: with nearly as many classes as samples there is nothing to
 * learn of any of them.
 *
 * @throws FedshotError `data`
 */
export function assertClasses(
  { source, labels, classNames, count }: SampleInfo,
  reporter: Reporter = silent,
): void {
  const classes = new Set(labels).size;
  if (!classNames || classes <= 2) return;
  const numbers = classNames.every(isNumberName);
  const decimals = numbers && classNames.some((name) => !Number.isInteger(Number(name)));
  if (2 * classes > count || (decimals && classes > MOST_DECIMALS))
    throw new FedshotError('data', `${source}: ${classes} classes in ${count} samples`, {
      hint: 'is it a measurement? make classes of it before, such as low, normal and high; or name another label column',
    });
  if (numbers && classes > MANY && count / classes < FEW)
    reporter.warn(
      `${source}: ${classes} classes in ${count} samples: are the labels a measurement?`,
      'many-classes',
      { classes, samples: count },
    );
}
