import { percent, type Check } from './finding.js';
import type { Signals } from './signals.js';

/**
 * Share of slightly moved samples that keep their class, over the provider's own: where adapted
 * clusters are those of the classes, a pixel makes no difference. Below the second figure, results in
 * the zoo were hardly above chance.
 */
const STEADY = 0.93;
const LOST = 0.81;
const LOSS = 0.02;

/** Up to here released features lie where the provider's own did. */
const NEAR = 1.3;

/**
 * Whether the released model's estimate of its own accuracy may be believed: its features of these
 * samples lie where those lay that it was calibrated on. A model can be as sure of what it has
 * never seen.
 */
export const isNear = ({ distance }: Signals): boolean => distance !== undefined && distance < NEAR;

/** What can be said of an adaptation, each tied back to the released model or to its card. */
export const RUN_CHECKS: readonly Check[] = [
  (s) => {
    if (s.keptAnswers === undefined || s.estimatedAccuracy === undefined) return undefined;
    // right after ≤ answers that were kept + answers that were wrong before
    const most = s.keptAnswers + 1 - s.estimatedAccuracy;
    if (most >= s.estimatedAccuracy - LOSS || !isNear(s)) return undefined;
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
  ({ steadiness }) =>
    steadiness === undefined || steadiness >= STEADY
      ? undefined
      : {
          check: 'steadiness',
          outcome: steadiness < LOST ? 'rolled back' : 'warn',
          says: `moved by a pixel, samples keep their class ${percent(steadiness)} as often as at the provider`,
          remedy: 'score some samples by hand before relying on the result',
        },
];
