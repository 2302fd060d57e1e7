import { isAccepted, type Battery, type Judged } from '../diagnostics/verdict.js';
import type { RunRecord } from './record.js';

/** Whether a run's model may come into use, by what the battery says of it. */
export function acceptedOf(
  battery: Judged & Pick<Battery, 'kept'>,
  forced: boolean,
): RunRecord['verdict'] {
  // Where it was forced, `kept` says what was asked for and not what the battery would have kept; else
  // an accepted epoch is kept where the last one was not.
  const accepted = forced ? isAccepted(battery) : battery.kept === 'adapted';
  return { outcome: battery.outcome, accepted, forced };
}
