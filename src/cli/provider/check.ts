import type { Command } from 'commander';
import { claimLines } from '../../audit/page/text.js';
import check, { type CheckOutcome } from '../../api/provider/check.js';
import { FedshotError } from '../../shared/errors.js';
import { percent } from '../../shared/report/terminal/format.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

function scores({ samples, accuracy, declaredAccuracy, classes, model }: CheckOutcome): string {
  const declared =
    declaredAccuracy === undefined ? '' : `; ${percent(declaredAccuracy)} when it was trained`;
  const worst = classes
    .flatMap((one) => (one.accuracy === undefined ? [] : [{ ...one, accuracy: one.accuracy }]))
    .sort((a, b) => a.accuracy - b.accuracy)
    .slice(0, 3)
    .map(({ name, accuracy: share, samples: n }) => `${name} ${percent(share)} of ${n}`);
  return [
    `${model}: ${percent(accuracy)} of ${samples} samples are right${declared}`,
    `lowest by class: ${worst.join(', ')}`,
  ].join('\n');
}

/** What failed, or could not be looked at. */
function failureOf({ claims }: CheckOutcome): FedshotError | undefined {
  const failed = claims.find(({ verdict }) => verdict === 'FAIL');
  if (failed)
    return new FedshotError('audit', `the check failed: ${failed.findings[0] ?? failed.claim}`, {
      hint: 'do not publish these files; retire a release that holds them',
    });
  const open = claims.find(({ verdict }) => verdict === 'NOT CHECKED');
  return (
    open && new FedshotError('incomplete', `not checked: ${open.claim}`, { hint: open.missing[0] })
  );
}

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: check,
    name: 'check',
    about: 'score a model on held-out data and look for data in its files, before it is published',
    examples: [
      'fedshot provider check --model work/model --data idx:t-images.gz,t-labels.gz --source idx:images.gz,labels.gz',
      'fedshot provider check --model work/model --data digits:plain --store work/store',
    ],
    text: (result) =>
      [scores(result), ...result.claims.map(claimLines), `check: ${result.verdict}`].join('\n'),
    failure: failureOf,
  });
}
