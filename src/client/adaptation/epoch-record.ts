import { FedshotError } from '../../shared/errors.js';
import { agreement } from '../../shared/model/score.js';
import type { StepFigures } from '../../shared/objective/figures.js';
import type { PseudoLabels } from '../../shared/objective/pseudo-labels.js';
import { SHOT_TERMS } from '../../shared/objective/terms.js';
import type { Reporter, ReportedTask } from '../../shared/reporter.js';
import type { TargetEpochRecord } from './types.js';

/**
 * What an epoch came to.
 *
 * @param pseudo the labels that the epoch drew the samples to, if it has any
 * @param previous those of the epoch before
 * @throws FedshotError `data` where the loss is no number
 */
export function recordOf(
  epoch: number,
  steps: readonly StepFigures[],
  pseudo: PseudoLabels | undefined,
  previous: Int32Array | undefined,
): TargetEpochRecord {
  const mean = (of: (step: StepFigures) => number): number =>
    steps.reduce((total, step) => total + of(step), 0) / steps.length;
  const names = Object.keys(steps[0]?.terms ?? {});
  const terms = Object.fromEntries(
    names.map((name) => [name, mean((step) => step.terms[name] ?? 0)]),
  );
  const record: TargetEpochRecord = { epoch: epoch + 1, loss: mean(({ total }) => total), terms };
  for (const name of SHOT_TERMS) if (terms[name] !== undefined) record[name] = terms[name];
  if (!Number.isFinite(record.loss))
    throw new FedshotError('data', `the loss became ${record.loss} in epoch ${record.epoch}`, {
      hint: 'lower --lr, or look for extreme values in the data',
    });
  if (pseudo) record.pseudoLabelAgreement = agreement(pseudo.labels, pseudo.rounds[0]!);
  if (pseudo && previous) record.pseudoLabelChanged = 1 - agreement(pseudo.labels, previous);
  return record;
}

/** Shows an epoch to whoever waits for the run, and tells programs of it. */
export function noteEpoch(
  task: ReportedTask,
  reporter: Reporter,
  { epoch, loss, terms, accuracy }: TargetEpochRecord,
  epochs: number,
): void {
  const right = accuracy === undefined ? '' : `, accuracy ${(100 * accuracy).toFixed(1)} %`;
  task.advance(0, `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}${right}`);
  reporter.event?.({
    type: 'epoch',
    phase: 'adapt',
    epoch,
    epochs,
    terms: { loss, ...terms },
    ...(accuracy !== undefined && { accuracy }),
  });
}
