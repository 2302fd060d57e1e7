import { ERRORS } from './label-shift.js';
import type { Signals } from './signals.js';

/** Up to this distance, released features count as like the provider's own. */
const NEAR = 1.2;
/** Error that an estimate of accuracy may have. */
export const LOSS = 0.02;

/**
 * Whether the released model's estimate of its own accuracy is reliable. It is where the features of these
 * samples are like those of the calibration samples, and where refreshed batch statistics do not make the
 * model more confident. Confidence alone is no sign: a model can be confident about data unlike any it saw.
 */
export const isCalibrated = (
  s: Pick<Signals, 'distance' | 'estimatedAccuracy' | 'estimatedRefreshed' | 'refreshedError'>,
): boolean =>
  s.distance !== undefined &&
  s.distance < NEAR &&
  (s.estimatedRefreshed ?? 0) <=
    (s.estimatedAccuracy ?? 0) + LOSS + ERRORS * (s.refreshedError ?? 0);
