import { ERRORS } from './label-shift.js';
import type { Signals } from './signals.js';

/** Up to here released features lie where the provider's own did. */
const NEAR = 1.2;
/** By how much an estimate of accuracy may be off. */
export const LOSS = 0.02;

/**
 * Whether the released model's estimate of its own accuracy may be believed: its features of these
 * samples lie where those lay that it was calibrated on, and refreshing its batch statistics does not
 * make it surer. A model can be as sure of what it has never seen.
 */
export const isCalibrated = (
  s: Pick<Signals, 'distance' | 'estimatedAccuracy' | 'estimatedRefreshed' | 'refreshedError'>,
): boolean =>
  s.distance !== undefined &&
  s.distance < NEAR &&
  (s.estimatedRefreshed ?? 0) <=
    (s.estimatedAccuracy ?? 0) + LOSS + ERRORS * (s.refreshedError ?? 0);
