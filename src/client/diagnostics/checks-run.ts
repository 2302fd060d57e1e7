import { isCalibrated, LOSS } from './calibrated.js';
import { wholePercent, type Check } from './finding.js';
import { shiftBeyondChance } from './shift.js';
import type { Signals } from './signals.js';

/**
 * Steadiness is the share of slightly moved samples that keep their class, over the provider's own:
 * where adapted clusters are those of the classes, a pixel makes no difference. The less the answers
 * agree with the released model's, the steadier they have to be: steadiness + κ / 5 must reach this.
 */
const STEADY = 1.01;
/** Below this steadiness, results of the robustness suite were little better than chance. */
const LOST = 0.79;
/** Below this steadiness, all of them were. */
const HOPELESS = 0.7;
/**
 * Beyond this distance the released model failed as well (8 to 40 % accuracy in the robustness suite):
 * neither model can be used, and no figure shows which of the two is better.
 */
const FAR = 1.6;
/**
 * Unsteady answers are the images' fault, and not a sign of wrong clusters, where the adapted answers agree
 * this well with the released model's and the class shares are near the provider's; or where something
 * covers the images (a box, noise, dead pixels: `SPOILT`).
 */
const SAME = { kappa: 0.7, shift: 0.15 };
const SPOILT = { deviation: 1.2, smoothness: 0.5 };
/** Share of samples that must be in clusters nearest to the released class of the same name. */
const NAMED = 0.8;
/**
 * Samples of classes that the release does not have form steady clusters, too. They are further than
 * `distance` from the released classes, and adapted answers agree with the released model's less than `kappa`.
 */
const FOREIGN = { distance: 2, kappa: 0.62 };
/** Classes left over, as a share of those that the released model sees. */
const COLLAPSED = 0.25;

type Steadiness = Pick<Signals, 'steadiness' | 'agreementBalanced'>;

const trust = ({ steadiness, agreementBalanced }: Steadiness): number | undefined =>
  steadiness === undefined || agreementBalanced === undefined
    ? undefined
    : steadiness + agreementBalanced / 5;

/** Whether the steadiness of adapted answers suffices, given their agreement with the released model's. */
export const isSteady = (s: Steadiness): boolean => (trust(s) ?? 0) >= STEADY;

/** What can be said of an adaptation, each tied back to the released model or to its card. */
export const RUN_CHECKS: readonly Check[] = [
  (s) => {
    if (s.keptAnswers === undefined || s.estimatedAccuracy === undefined) return undefined;
    // right after ≤ answers that were kept + answers that were wrong before
    const most = s.keptAnswers + 1 - s.estimatedAccuracy;
    if (most >= s.estimatedAccuracy - LOSS || !isCalibrated(s)) return undefined;
    const fewer = s.releasedClasses < 0.8 * (s.adaptedClasses ?? 0);
    return {
      check: 'estimated change',
      outcome: 'rolled back',
      says: `the released model seems right on ${wholePercent(s.estimatedAccuracy)}, of which adapting changed ${wholePercent(1 - s.keptAnswers)}`,
      remedy: fewer
        ? `it sees about ${s.releasedClasses.toFixed(0)} classes: --partial, or --prior estimate`
        : 'keep the released model: fedshot client predict --source-model',
    };
  },
  (s, { classes }) =>
    s.adaptedClasses === undefined ||
    s.adaptedClasses >= Math.max(0.5 * s.refreshedClasses, COLLAPSED * s.releasedClasses)
      ? undefined
      : {
          check: 'collapse',
          outcome: 'rolled back',
          says: `predictions collapsed to ${s.adaptedClasses.toFixed(1)} of ${classes.length} classes`,
          remedy: 'lower --lr, or check the input scale',
        },
  ({ agreementBalanced: kappa }) =>
    kappa === undefined || kappa >= 0.1
      ? undefined
      : {
          check: 'names',
          outcome: 'rolled back',
          says: `adapted classes have nothing to do with what the released model sees (κ ${kappa.toFixed(2)})`,
          remedy: 'check that the data shows what the release is for',
        },
  ({ naming, namingRefreshed }) => {
    if (!naming || !namingRefreshed) return undefined;
    const own = Math.min(naming.own, namingRefreshed.own);
    if (own >= NAMED) return undefined;
    return {
      check: 'class features',
      outcome: 'warn',
      says: `${wholePercent(1 - own)} of the samples lie in clusters that look most like another class than the one whose name they got`,
      remedy:
        'check that the data shows the classes of the release, and score some samples by hand',
    };
  },
  ({ distance, agreementBalanced: kappa }) =>
    distance === undefined ||
    kappa === undefined ||
    distance < FOREIGN.distance ||
    kappa >= FOREIGN.kappa
      ? undefined
      : {
          check: 'other classes',
          outcome: 'warn',
          says: `features lie ${distance.toFixed(1)} times as far from the released classes as the provider's own, and adapted answers agree little with the released model's (κ ${kappa.toFixed(2)})`,
          remedy:
            'check that the data shows the classes of the release, and score some samples by hand',
        },
  (s) => {
    const reached = trust(s);
    if (reached === undefined || (reached >= STEADY && s.steadiness! >= LOST)) return undefined;
    const lost = s.steadiness! < LOST;
    const both = lost && s.steadiness! >= HOPELESS && (s.distance ?? 0) >= FAR;
    const noClasses = lost && !both && !isTheImages(s);
    return {
      check: 'steadiness',
      outcome: noClasses ? 'rolled back' : 'warn',
      says: `moved by a pixel, ${wholePercent(s.steadiness!)} as many samples keep their class as at the provider; agreement with the released model κ ${s.agreementBalanced!.toFixed(2)}`,
      remedy: both
        ? 'rely on neither the adapted nor the released model: look at the images, and how they are read'
        : noClasses
          ? 'adapting found no classes here: look at the images, and how they are read'
          : 'score some samples by hand before relying on the result',
    };
  },
];

/** Whether unsteady answers are due to the images, and not to clusters that are other than the classes. */
const isTheImages = (s: Signals): boolean =>
  (s.agreementBalanced! >= SAME.kappa && shiftBeyondChance(s) < SAME.shift) ||
  // images alone have a smoothness: a table that varies more is in other units
  (s.smoothness !== undefined &&
    ((s.deviationRatio ?? 1) >= SPOILT.deviation || s.smoothness < SPOILT.smoothness));
