import { join } from 'node:path';
import type { Model } from '../../shared/model/folder.js';
import { silent } from '../../shared/reporter.js';
import { adaptModel } from '../adaptation/adapt.js';
import { choose } from './choose.js';
import { isAccepted, type Battery, type Finding } from '../diagnostics/index.js';
import { methodOf, type MethodName } from '../methods/index.js';
import type { Adapted, AutoOptions, Candidate, ReleaseId } from '../adaptation/types.js';

/** In the order in which they are tried: cheap and safe first, then what has done best. */
export const CANDIDATES: readonly MethodName[] = [
  'source',
  'bn',
  'shot',
  'shot-im',
  'nrc',
  'shot++',
  'aad',
];

/**
 * Runs the methods that the time allows and picks one without labels: among those that neither the
 * battery rejects nor `leaveOut` leaves out, the one whose answers agree best with the mean of those
 * that learn and change least where the samples are moved a little. A single method can be wrong in its own way; where several
 * meet, they are more often right than any of them. Clusters that cut through classes are unsteady.
 *
 * With `force` the battery leaves none out. With `resume` it goes on where it was interrupted: a method
 * that had finished is looked at again, from its last checkpoint, and not trained again.
 *
 * @param work folder for the checkpoints, one for each method
 * @throws FedshotError as `adaptModel` does
 */
export async function adaptAuto(
  model: Model,
  release: ReleaseId,
  work: string,
  options: Omit<AutoOptions, 'method'>,
): Promise<Adapted> {
  const { reporter = silent, clock = () => performance.now(), budget = Infinity } = options;
  const { force = false } = options;
  const started = clock();
  const K = model.config.classes.length;
  const runs: Adapted[] = [];
  let slowest = 0;
  for (const method of CANDIDATES) {
    const spent = (clock() - started) / 1000;
    if (runs.length >= 2 && spent + slowest > budget) {
      reporter.note(`${method}: no time left`);
      continue;
    }
    const run = await adaptModel(model, release, join(work, method), {
      ...options,
      method,
      force: true,
    });
    slowest = Math.max(slowest, run.result.seconds);
    reporter.note(`${method}: ${run.result.battery.outcome}`);
    runs.push(run);
  }
  const { partial, prior = 'uniform' } = options;
  const told = partial === true || prior !== 'uniform';
  const { candidates, chosen } = choose(runs, K, told, force);
  const winner = runs[chosen]!;
  const { method } = candidates[chosen]!;
  return {
    ...winner,
    result: {
      ...winner.result,
      battery: force ? winner.result.battery : unforced(winner.result.battery, candidates),
      choice: { method, why: reason(candidates, chosen), candidates },
      seconds: (clock() - started) / 1000,
    },
  };
}

/** What the battery says without the force under which the methods were run. */
function unforced(battery: Battery, candidates: readonly Candidate[]): Battery {
  if (!isAccepted(battery)) return { ...battery, kept: 'source' };
  if (candidates.some(({ accepted }, i) => accepted && i > 0)) return battery;
  const tried = candidates
    .map(({ method }) => method)
    .slice(1)
    .join(', ');
  const says = `none of the adaptations that were tried is accepted (${tried})`;
  const finding: Finding = { check: 'choice', outcome: 'rolled back', says };
  const findings = [...battery.findings, finding];
  return { ...battery, outcome: 'rolled back', kept: 'source', findings };
}

function reason(candidates: readonly Candidate[], chosen: number): string {
  const { method, agreement, views } = candidates[chosen]!;
  const adapted = candidates.filter((c, i) => c.accepted && !c.leftOut && i > 0);
  if (adapted.length === 0) return 'source: the battery accepts none of the adaptations';
  const learnt = adapted.filter((c) => methodOf(c.method).objective).length || adapted.length;
  const left = (why: Candidate['leftOut']): string =>
    candidates.flatMap((c) => (c.leftOut === why ? [c.method] : [])).join(', ');
  const [uneven, unsteady] = [left('uneven'), left('unsteady')];
  const without = [
    uneven && `; classes are shared out unevenly here, so that ${uneven} were left out`,
    unsteady && `; left out as much unsteadier than another: ${unsteady}`,
  ].join('');
  const itself = `with itself on moved samples (κ ${views.toFixed(3)})`;
  return learnt === 1 && methodOf(method).objective
    ? `${method} is the only adaptation left, and agrees ${itself}${without}`
    : `${method} agrees best with the mean of ${learnt} adaptations that the battery accepts (${agreement.toFixed(3)}) and ${itself}${without}`;
}
