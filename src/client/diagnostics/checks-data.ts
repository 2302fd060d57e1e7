import { isCalibrated } from './calibrated.js';
import { wholePercent, type Check, type CheckFinding } from './finding.js';
import { nothingToAdaptFor } from './checks-shares.js';
import { SAMPLE_CHECKS, showNothing } from './checks-samples.js';
import { shiftBeyondChance } from './shift.js';

/** Below this, pixels have no more to do with their neighbours than with any others. */
const SMOOTH = 0.05;
/** How near to the released classes another reading must bring the features, and by what share. */
const READING_NEAR = 1.4;
const READING_SHARE = 0.6;
const FAR_HISTOGRAM = 0.15;
/** Share of the images from which on a finding is not due to a few odd ones. */
const SOME_INVERTED = 0.1;
/** Shift of the classes' shares; the second where the estimate is that of a model to be believed. */
const SHIFTED = 0.25;
const SHIFTED_NEAR = 0.15;
/** How many names a message lists. */
const NAMES = 5;

/** Share of the classes that a card has to describe where they are many. */
const DESCRIBED = 0.5;

/** Without a card that describes the classes, no adaptation can be checked. */
const cardSays: Check = ({ described, strict }, { card, classes }) => {
  const undecided = (says: string, remedy: string): CheckFinding => ({
    check: 'card',
    outcome: 'undecided',
    says: `not enough to tell: ${says}`,
    remedy: `${remedy}; or score some fifty samples by hand, then --force`,
  });
  if (!card)
    return undecided(
      'the release has no card, so that harm could not be told',
      'ask the provider to publish with --card full',
    );
  if (described === undefined || described >= (strict ? 1 : DESCRIBED) * classes.length)
    return undefined;
  return card.confusion
    ? undecided(
        `the card describes ${described} of ${classes.length} classes, for want of held-out samples (${card.samples}, at least ${card.minimumCount} of each class are needed)`,
        'ask the provider to hold out more (provider train --hold-out or --test)',
      )
    : undecided(
        'the card describes no class by itself',
        'ask the provider to publish with --card full',
      );
};

/** What can be said of a site's data before anything is adapted to it. */
export const DATA_CHECKS: readonly Check[] = [
  ...SAMPLE_CHECKS,
  cardSays,
  nothingToAdaptFor,
  (_, { heldOutAccuracy: accuracy, classes: { length: K } }) => {
    if (accuracy === undefined || accuracy >= 0.6) return undefined;
    const hopeless = accuracy < 2 / K;
    return {
      check: 'source accuracy',
      outcome: hopeless ? 'refuse' : 'warn',
      says: `the released model gets ${wholePercent(accuracy)} of the provider's own samples right`,
      remedy: 'ask the provider for a better model',
    };
  },
  ({ smoothness, samples }) =>
    smoothness === undefined || smoothness >= SMOOTH || showNothing(samples)
      ? undefined
      : {
          check: 'input texture',
          outcome: 'refuse',
          says: 'neighbouring pixels are unrelated: noise, or pixels in the wrong order',
          remedy: 'look at the images; check the order of rows, columns and channels',
        },
  ({ asIs, bestReading }) =>
    asIs?.distance !== undefined &&
    bestReading?.distance !== undefined &&
    bestReading.distance < READING_NEAR &&
    bestReading.distance < READING_SHARE * asIs.distance
      ? {
          check: 'input reading',
          outcome: 'warn',
          says: `features lie ${asIs.distance.toFixed(1)} times as far from the released classes as the provider's own; ${bestReading.distance.toFixed(1)} times if the images are read otherwise`,
          remedy: `try ${bestReading.option}`,
          // another reading of the grey levels changes no class into another
          ...(bestReading.option === '--rescale' && { cause: true }),
        }
      : undefined,
  ({ histogramDistance, invertedDistance, samples }) => {
    if (histogramDistance === undefined || histogramDistance < FAR_HISTOGRAM) return undefined;
    if (showNothing(samples)) return undefined;
    const inverted = invertedDistance! < histogramDistance / 2;
    return {
      check: 'input contract',
      outcome: 'warn',
      says: inverted
        ? 'images look inverted against the contract'
        : `grey levels lie ${wholePercent(histogramDistance)} of the scale away from the contract's`,
      remedy: inverted ? '--invert' : 'check normalisation and background; or --rescale',
      ...(!inverted && { cause: true }),
    };
  },
  ({ invertedShare: share = 0 }) =>
    share < SOME_INVERTED || share > 1 - SOME_INVERTED
      ? undefined
      : {
          check: 'mixed polarity',
          outcome: 'warn',
          says: `${wholePercent(share)} of the images look inverted against the contract, the others do not`,
          remedy: 'bring images of one polarity at a time, with --invert for those',
        },
  ({ deviationRatio: ratio, samples, columns }) =>
    ratio === undefined ||
    columns || // a table is looked at column by column
    (ratio > 0.5 && ratio < 2) ||
    showNothing(samples) ||
    samples?.extreme
      ? undefined
      : {
          check: 'input scale',
          outcome: 'warn',
          says: `the values vary ${ratio.toFixed(2)} times as much as the provider's`,
          remedy: 'check the units (0..1 or 0..255); or --rescale',
          cause: true,
        },
  ({ missing = [], samples }, { classes }) => {
    if (missing.length === 0 || showNothing(samples)) return undefined;
    const named = missing.slice(0, NAMES).map((k) => classes[k]);
    const more = missing.length > NAMES ? ` and ${missing.length - NAMES} more` : '';
    return {
      check: 'missing classes',
      outcome: 'warn',
      says: `without adapting, hardly any sample is taken for ${missing.length === 1 ? 'class' : 'the classes'} ${named.join(', ')}${more}: there are none, or the model does not know them here`,
      remedy: '--partial if there may be none; else look at what is answered so',
    };
  },
  (s, { classes }) => {
    const most = isCalibrated(s) ? SHIFTED_NEAR : SHIFTED;
    const shifted = s.strict && s.answered ? s.answered.significant : shiftBeyondChance(s) >= most;
    if (!shifted || showNothing(s.samples)) return undefined;
    return {
      check: 'label shift',
      outcome: 'warn',
      says: `classes are shared out differently from the provider's (by ${wholePercent(s.labelShift)}); predictions fall on about ${s.releasedClasses.toFixed(0)} of ${classes.length}`,
      remedy: '--partial where classes are missing, --prior estimate where some are rare',
    };
  },
];
