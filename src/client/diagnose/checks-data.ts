import { percent, type Check } from './finding.js';

/** Below this, pixels have no more to do with their neighbours than with any others. */
const SMOOTH = 0.05;
/** How near to the released classes another reading must bring the features, and by what share. */
const READING_NEAR = 1.4;
const READING_SHARE = 0.6;
const FAR_HISTOGRAM = 0.15;
const FEW = 5;
/**
 * Total variation between the estimated shares of the classes and the provider's, beyond √(K / 2πn),
 * which n samples of an unshifted set have by chance.
 */
const SHIFTED = 0.25;

/** What can be said of a site's data before anything is adapted to it. */
export const DATA_CHECKS: readonly Check[] = [
  (_, { card }) =>
    card
      ? undefined
      : {
          check: 'card',
          outcome: 'warn',
          says: 'the release has no card: harm cannot be told well',
          remedy: 'ask the provider to publish with --card full',
        },
  (_, { heldOutAccuracy: accuracy, classes: { length: K } }) => {
    if (accuracy === undefined || accuracy >= 0.6) return undefined;
    const hopeless = accuracy < 2 / K;
    return {
      check: 'source accuracy',
      outcome: hopeless ? 'refuse' : 'warn',
      says: `the released model gets ${percent(accuracy)} of the provider's own samples right`,
      remedy: 'ask the provider for a better model',
    };
  },
  ({ smoothness }) =>
    smoothness === undefined || smoothness >= SMOOTH
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
  ({ histogramDistance, invertedDistance }) => {
    if (histogramDistance === undefined || histogramDistance < FAR_HISTOGRAM) return undefined;
    const inverted = invertedDistance! < histogramDistance / 2;
    return {
      check: 'input contract',
      outcome: 'warn',
      says: inverted
        ? 'images look inverted against the contract'
        : `grey levels lie ${percent(histogramDistance)} of the scale away from the contract's`,
      remedy: inverted ? '--invert' : 'check normalisation and background; or --rescale',
      ...(!inverted && { cause: true }),
    };
  },
  ({ deviationRatio: ratio }) =>
    ratio === undefined || (ratio > 0.5 && ratio < 2)
      ? undefined
      : {
          check: 'input scale',
          outcome: 'warn',
          says: `the values vary ${ratio.toFixed(2)} times as much as the provider's`,
          remedy: 'check the units (0..1 or 0..255); or --rescale',
          cause: true,
        },
  ({ labelShift, releasedClasses, perClass }, { classes }) =>
    labelShift < SHIFTED + 1 / Math.sqrt(2 * Math.PI * perClass)
      ? undefined
      : {
          check: 'label shift',
          outcome: 'warn',
          says: `classes are shared out differently from the provider's (by ${percent(labelShift)}); predictions fall on about ${releasedClasses.toFixed(0)} of ${classes.length}`,
          remedy: '--partial where classes are missing, --prior estimate where some are rare',
        },
  ({ perClass }) =>
    perClass >= FEW
      ? undefined
      : {
          check: 'sample size',
          outcome: 'warn',
          says: `${perClass.toFixed(1)} samples per class`,
          remedy: 'bring more samples, or predict with the released model',
        },
];
