import { isCalibrated, LOSS } from './calibrated.js';
import { wholePercent, type Check, type CheckFinding } from './finding.js';
import { ERRORS, uncertainty } from './label-shift.js';

/** Total variation above which adapted answers contradict the class shares that a site has given. */
const AS_GIVEN = 0.1;

/** An estimate of the shares that may be wrong by more than this is not used. */
const KNOWN = 0.1;

/** Estimates less certain than this cannot show that the shares equal the provider's. */
const SEEN = 0.16;

const points = (share: number): string => (100 * share).toFixed(1);

const KNOWN_SHARES = '--prior FILE if you know how the classes are shared out here';

/**
 * Adapted answers whose shares are not those of the classes: at least as many of them are wrong as the
 * two differ by, whatever the model. Held against the released model's own estimate where that is to be
 * believed.
 */
const sharesMoved: Check = (s) => {
  if (s.sharesGap === undefined || !s.answered || s.estimatedAccuracy === undefined)
    return undefined;
  if (!isCalibrated(s)) return undefined;
  const wrong = s.sharesGap - uncertainty(s.answered);
  if (1 - wrong >= s.estimatedAccuracy - LOSS) return undefined;
  return {
    check: 'shares of the classes',
    outcome: 'rolled back',
    says: `adapted answers are shared out otherwise than the classes seem to be here, so that at least ${wholePercent(wrong)} of them are wrong; the released model seems right on ${wholePercent(s.estimatedAccuracy)}`,
    remedy: `keep the released model; ${KNOWN_SHARES}`,
  };
};

/**
 * Few classes, a table, or classes that are shared out unevenly: adapting is kept where the released model
 * itself expects no loss from it.
 */
const expectedLoss: Check = (s, { classes }): CheckFinding | undefined => {
  if (!s.expected || !isCalibrated(s) || !describesAll(s, classes)) return undefined;
  if (!s.strict && !s.answered?.uneven) return undefined;
  const { gain, error } = s.expected;
  if (gain - ERRORS * error >= -LOSS) return undefined;
  const says = `of the answers that adapting changes, the released model expects ${points(gain)} points of accuracy (± ${points(ERRORS * error)})`;
  if (gain < -LOSS)
    return {
      check: 'expected change',
      outcome: 'rolled back',
      says,
      remedy: 'keep the released model',
    };
  return {
    check: 'expected change',
    outcome: 'ok',
    says: `the released model fits these samples; ${says}`,
    remedy: 'nothing to adapt for: the released model is left as it is',
    leave: true,
  };
};

/** Few classes, or a table, with features unlike the provider's: rare classes and another domain look the same. */
const cannotTell: Check = (s, config) => {
  if (!s.strict || s.adaptedClasses === undefined || isCalibrated(s)) return undefined;
  if (!describesAll(s, config.classes)) return undefined; // said of the card already
  if (s.toldGap !== undefined) return asGiven(s.toldGap);
  const table = config.input.kind === 'table';
  if (!table && s.answered && !s.answered.significant) {
    const error = uncertainty(s.answered);
    if (error <= KNOWN && (s.sharesGap ?? 1) <= error + LOSS) return undefined;
  }
  return {
    check: 'shares of the classes',
    outcome: 'undecided',
    says: `not enough to tell: the samples lie elsewhere than the provider's, where the released model's answers (${sharesOf(s.answered?.shares, config.classes)}) say nothing certain of how the classes are shared out, and adapting evens them out`,
    remedy: `${KNOWN_SHARES}; or score some fifty samples by hand, then --force`,
  };
};

const asGiven = (gap: number): CheckFinding =>
  gap <= AS_GIVEN
    ? {
        check: 'shares of the classes',
        outcome: 'warn',
        says: "adapted answers have the class shares that were given; nothing else could be checked, since the samples are unlike the provider's",
        remedy: 'score some samples by hand before relying on the result',
      }
    : {
        check: 'shares of the classes',
        outcome: 'rolled back',
        says: `adapted answers contradict the class shares that were given: at least ${wholePercent(gap)} of them are wrong`,
        remedy: 'keep the released model, or score some samples by hand',
      };

/**
 * A table like the provider's, with classes shared out as there: adapting can win nothing, and costs what
 * it changes. Where so few samples hardly say how the classes are shared out, that is said.
 */
export const nothingToAdaptFor: Check = (s, { input, classes, card }): CheckFinding | undefined => {
  const { answered } = s;
  if (!s.strict || input.kind !== 'table' || !isCalibrated(s) || !describesAll(s, classes))
    return undefined;
  if (!answered || answered.significant || answered.uneven) return undefined;
  const error = uncertainty(answered);
  if (error > SEEN)
    return {
      check: 'shares of the classes',
      outcome: 'undecided',
      says: `not enough to tell: by ${card?.samples ?? 0} held-out samples and ${(s.perClass * classes.length).toFixed(0)} rows here, the shares of the classes are known to ${wholePercent(error)} only`,
      remedy: `bring more rows, or ask the provider to hold out more; ${KNOWN_SHARES}`,
    };
  return {
    check: 'nothing to adapt for',
    outcome: 'ok',
    says: `the rows look like the provider's, and so do the shares of the classes, as far as they are known (to ${wholePercent(error)}): adapting has nothing to win`,
    remedy: 'the released model is left as it is; --force adapts all the same',
    leave: true,
  };
};

/** Whether the card describes every class: where there are few, each of them counts. */
export const describesAll = (
  { described }: { described?: number },
  classes: readonly string[],
): boolean => (described ?? 0) >= classes.length;

const sharesOf = (shares: readonly number[] | undefined, classes: readonly string[]): string =>
  shares
    ? shares.map((share, k) => `${classes[k]} ${wholePercent(share)}`).join(', ')
    : 'not known';

/** What can be said of an adaptation by how it shares out the classes. */
export const SHARES_CHECKS: readonly Check[] = [sharesMoved, expectedLoss, cannotTell];
