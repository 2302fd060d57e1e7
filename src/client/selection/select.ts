import type { TriedMethod } from '../adaptation/types.js';
import { isAccepted } from '../diagnostics/index.js';
import { argMaxRows } from '../diagnostics/linear.js';
import { methods } from '../methods/index.js';
import { leftOutOf } from './leave-out.js';
import { movedKappa, type SelectionRun } from './selection-run.js';

/**
 * Selects among runs on the same samples; the first of them, the released model itself, is always
 * accepted.
 * @param informed whether the methods were given the shares of the classes, or that some may be absent
 * @param force whether all are accepted, whatever the battery says
 */
export function selectMethod(
  runs: readonly SelectionRun[],
  K: number,
  informed = false,
  force = false,
): { candidates: TriedMethod[]; chosen: number } {
  const accepted = runs.map(({ result }, i) => force || i === 0 || isAccepted(result.battery));
  const left = leftOutOf(runs, accepted, K, informed);
  const takesPart = runs.map((_, i) => accepted[i] === true && !left[i]);
  const ensemble = argMaxRows(ensembleOf(runs, takesPart), K);
  const candidates = runs.map((run, i): TriedMethod => {
    const { result } = run;
    const own = argMaxRows(answersOf(run), K);
    return {
      method: result.method,
      outcome: result.battery.outcome,
      accepted: accepted[i]!,
      ...(left[i] && { leftOut: left[i] }),
      agreement: own.filter((k, j) => k === ensemble[j]).length / own.length,
      views: movedKappa(run),
      ...(result.adaptedAccuracy !== undefined && { adaptedAccuracy: result.adaptedAccuracy }),
      seconds: result.seconds,
    };
  });
  const score = (i: number): number =>
    takesPart[i] ? candidates[i]!.agreement + candidates[i]!.views : -Infinity;
  const chosen = candidates.reduce((best, _, i) => (score(i) > score(best) ? i : best), 0);
  return { candidates, chosen };
}

const answersOf = ({ observations }: SelectionRun): Float32Array =>
  (observations.adapted ?? observations.released).p;

/**
 * The sum of the answers of those that vote: the runs that learn. What learns nothing, the released model
 * and its refreshed statistics, votes only where nothing that learns takes part.
 */
function ensembleOf(runs: readonly SelectionRun[], takesPart: readonly boolean[]): Float32Array {
  const adapted = runs.filter((_, i) => takesPart[i] && i > 0);
  const learnt = adapted.filter(({ result }) => methods.get(result.method).objective !== undefined);
  const voters = [learnt, adapted, runs.slice(0, 1)].find(({ length }) => length > 0)!;
  return answersOf(voters[0]!).map((_, i) => voters.reduce((s, v) => s + answersOf(v)[i]!, 0));
}
