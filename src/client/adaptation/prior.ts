import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { tempered } from '../../shared/model/card/index.js';
import type { Model } from '../../shared/model/folder.js';
import type { LabelShift } from '../diagnostics/index.js';
import { estimatePrior } from '../diagnostics/shift.js';
import type { SharedSettings } from '../../shared/objective/epoch.js';
import type { AdaptOptions } from './types.js';

/** Samples that a class of a partial set needs, as in the original's partial-set code. */
const PARTIAL_THRESHOLD = 10;
/** No class is given less: a wrong estimate must not forbid a class. */
const LEAST = 0.001;

/**
 * Makes of the options what every method is given.
 * @param p probabilities that a prior is estimated from, `N × K`
 * @param answered shares of the classes that the released model speaks for, where it is to be believed:
 *   they take the place of equal ones where the two differ by more than chance and no prior is given
 * @throws FedshotError `usage`, `data`, `not-found` for a prior that cannot be one
 */
export function sharedSettings(
  options: AdaptOptions,
  { config }: Model,
  p: Float32Array,
  answered?: LabelShift,
): SharedSettings {
  const { beta, alpha, threshold, partial = false, openSet = false, prior } = options;
  const K = config.classes.length;
  const common = {
    beta,
    alpha,
    partial,
    openSet,
    threshold: partial ? Math.max(threshold, PARTIAL_THRESHOLD) : threshold,
  };
  if (prior === undefined && answered?.uneven && !partial)
    return { ...common, prior: proper(answered.shares) };
  if (prior === undefined || prior === 'uniform') return common;
  if (prior !== 'estimate') return { ...common, prior: readPrior(prior, config.classes) };
  const { temperature = 1, prior: source = new Array<number>(K).fill(1 / K) } = config.card ?? {};
  return { ...common, prior: proper(estimatePrior(tempered(p, K, temperature), source)) };
}

/**
 * Shares that the site knows of, where the options name a file of them.
 * @throws FedshotError as {@link sharedSettings}
 */
export const givenPrior = (
  { prior }: Pick<AdaptOptions, 'prior'>,
  { config }: Model,
): Float32Array | undefined =>
  prior === undefined || prior === 'uniform' || prior === 'estimate'
    ? undefined
    : readPrior(prior, config.classes);

/** `{"class name": share, …}` for every class, or `[share, …]` in their order. */
function readPrior(file: string, classes: readonly string[]): Float32Array {
  const bad = (why: string): FedshotError =>
    new FedshotError('data', `${file}: ${why}`, {
      hint: 'a prior is a JSON object {"class": share, …} that names every class',
    });
  let json: unknown;
  try {
    json = JSON.parse(readBytes(file).toString('utf8'));
  } catch (error) {
    if (error instanceof FedshotError) throw error;
    throw bad('not JSON');
  }
  if (typeof json !== 'object' || json === null) throw bad('neither an object nor a list');
  const given = Array.isArray(json)
    ? new Map(json.map((v: unknown, k) => [classes[k] ?? `#${k}`, v]))
    : new Map(Object.entries(json as Record<string, unknown>));
  for (const name of given.keys())
    if (!classes.includes(name)) throw bad(`"${name}" is not one of the classes`);
  const shares = classes.map((name) => {
    const share = given.get(name);
    if (typeof share !== 'number' || !(share >= 0)) throw bad(`no share for class "${name}"`);
    return share;
  });
  if (!(shares.reduce((a, b) => a + b) > 0)) throw bad('all shares are zero');
  return proper(shares);
}

function proper(shares: ArrayLike<number>): Float32Array {
  const total = Array.from(shares).reduce((a, b) => a + b, 0);
  const least = Float32Array.from(shares, (share) => Math.max(share / total, LEAST));
  const sum = least.reduce((a, b) => a + b);
  return least.map((share) => share / sum);
}

/** The shares of the classes that the loss is given, in words. */
export const priorLine = (prior: ArrayLike<number>, classes: readonly string[]): string =>
  `adapting to classes shared out as ${classes
    .slice(0, 10)
    .map((name, k) => `${name} ${(100 * prior[k]!).toFixed(0)} %`)
    .join(', ')}${classes.length > 10 ? ', …' : ''}`;
