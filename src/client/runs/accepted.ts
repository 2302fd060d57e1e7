import type { Battery } from '../diagnose/index.js';
import type { RunRecord } from './record.js';

/** Whether a run's model may come into use, by what the battery says of it. */
export function acceptedOf(
  { outcome, kept }: Pick<Battery, 'outcome' | 'kept'>,
  forced: boolean,
): RunRecord['verdict'] {
  // Where it was forced, `kept` says what was asked for and not what the battery would have kept.
  const good = outcome === 'ok' || outcome === 'warn';
  return { outcome, accepted: forced ? good : kept === 'adapted', forced };
}
