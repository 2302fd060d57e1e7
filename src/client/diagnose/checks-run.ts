import { percent, type Check } from './finding.js';
import type { Signals } from './signals.js';

/**
 * Steadiness is the share of slightly moved samples that keep their class, over the provider's own:
 * where adapted clusters are those of the classes, a pixel makes no difference. The less the answers
 * agree with the released model's, the steadier they have to be: steadiness + κ / 5 must reach this.
 */
const STEADY = 1.01;
/** Steadiness below which results in the zoo were hardly above chance. */
const LOST = 0.79;
const LOSS = 0.02;

/** Up to here released features lie where the provider's own did. */
const NEAR = 1.2;

const trust = ({ steadiness, agreementBalanced }: Signals): number | undefined =>
  steadiness === undefined || agreementBalanced === undefined
    ? undefined
    : steadiness + agreementBalanced / 5;

/**
 * Whether the released model's estimate of its own accuracy may be believed: its features of these
 * samples lie where those lay that it was calibrated on, and refreshing its batch statistics does not
 * make it surer. A model can be as sure of what it has never seen.
 */
export const isCalibrated = (s: Signals): boolean =>
  s.distance !== undefined &&
  s.distance < NEAR &&
  (s.estimatedRefreshed ?? 0) <= (s.estimatedAccuracy ?? 0) + LOSS;

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
      says: `the released model seems right on ${percent(s.estimatedAccuracy)}, of which adapting changed ${percent(1 - s.keptAnswers)}`,
      remedy: fewer
        ? `it sees about ${s.releasedClasses.toFixed(0)} classes: --partial, or --prior estimate`
        : 'keep the released model: fedshot client predict --source-model',
    };
  },
  (s, { classes }) =>
    s.adaptedClasses === undefined || s.adaptedClasses >= 0.5 * s.refreshedClasses
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
  (s) => {
    const reached = trust(s);
    if (reached === undefined || (reached >= STEADY && s.steadiness! >= LOST)) return undefined;
    const lost = s.steadiness! < LOST;
    return {
      check: 'steadiness',
      outcome: lost ? 'rolled back' : 'warn',
      says: `moved by a pixel, ${percent(s.steadiness!)} as many samples keep their class as at the provider; agreement with the released model κ ${s.agreementBalanced!.toFixed(2)}`,
      remedy: lost
        ? 'adapting found no classes here: look at the images, and how they are read'
        : 'score some samples by hand before relying on the result',
    };
  },
];
