import { wholePercent, type Check } from './finding.js';
import type { SampleFigures } from './samples.js';

/** Shares of blank images: from the first on a warning, from the second on a refusal. */
const BLANK = 0.05;
const NOTHING = 0.5;
const FEW = 5;

/** Whether the samples are, for the greater part, images of nothing: there is no scale or texture. */
export const showNothing = (samples: SampleFigures | undefined): boolean =>
  (samples?.blank ?? 0) >= NOTHING;

/** What can be said of single samples and of their number, without the release. */
export const SAMPLE_CHECKS: readonly Check[] = [
  ({ samples }) =>
    samples === undefined || samples.blank < BLANK
      ? undefined
      : {
          check: 'blank samples',
          outcome: showNothing(samples) ? 'refuse' : 'warn',
          says: `${wholePercent(samples.blank)} of the images show nothing: all their pixels are equal`,
          remedy: 'look at the images; check the level of white and how they were exported',
        },
  ({ samples }) =>
    samples?.extreme && {
      check: 'extreme values',
      outcome: 'refuse',
      says: `in ${wholePercent(samples.extreme.share)} of the rows a value lies more than 1,000 of the provider's deviations away, in column "${samples.extreme.column}" for one`,
      remedy: 'check units and typing errors; leave cells that stand for a missing value empty',
    },
  ({ perClass, samples }) => {
    const distinct = samples?.distinct ?? 1;
    const own = perClass * distinct;
    if (samples?.same && !showNothing(samples))
      return {
        check: 'sample size',
        outcome: 'refuse',
        says: 'all samples are the same',
        remedy: 'look at the data; predict with the released model',
      };
    if (own >= FEW) return undefined;
    return {
      check: 'sample size',
      outcome: 'undecided',
      says: `not enough to tell: ${own.toFixed(1)} ${distinct < 0.9 ? 'different ' : ''}samples per class`,
      remedy: `bring at least ${FEW} per class, or predict with the released model; --force adapts all the same`,
    };
  },
];
