import { isAccepted, type Battery, type Judged, type Outlook } from '../diagnostics/index.js';
import { argMaxRows } from '../diagnostics/linear.js';
import { leaveOut, viewsOf } from './leave-out.js';
import { methodOf } from '../methods/index.js';
import type { AdaptResult, Candidate } from '../adaptation/types.js';

/** What {@link choose} looks at. */
export interface Run {
  result: Pick<AdaptResult, 'method' | 'adaptedAccuracy' | 'seconds'> & {
    battery: Judged & {
      signals: Pick<
        Battery['signals'],
        | 'adaptedViews'
        | 'refreshedViews'
        | 'adaptedClasses'
        | 'refreshedClasses'
        | 'steadiness'
        | 'agreementBalanced'
      >;
    };
  };
  evidence: { released: Pick<Outlook, 'p'>; adapted?: Pick<Outlook, 'p'> };
}

/**
 * Picks among runs on the same samples; the first of them, the released model itself, is always
 * accepted.
 * @param told whether the methods were told how the classes are shared out
 * @param force whether all are accepted, whatever the battery says
 */
export function choose(
  runs: readonly Run[],
  K: number,
  told = false,
  force = false,
): { candidates: Candidate[]; chosen: number } {
  const accepted = runs.map(({ result }, i) => force || i === 0 || isAccepted(result.battery));
  const left = leaveOut(runs, accepted, K, told);
  const takesPart = runs.map((_, i) => accepted[i] && !left[i]);
  // What learnt nothing, the released model and its refreshed statistics, votes only if nothing did.
  const adapted = runs.filter((_, i) => takesPart[i] && i > 0);
  const learnt = adapted.filter(({ result }) => methodOf(result.method).objective);
  const voters = [learnt, adapted, runs.slice(0, 1)].find(({ length }) => length > 0)!;
  const p = ({ evidence }: Run): Float32Array => (evidence.adapted ?? evidence.released).p;
  const mean = p(voters[0]!).map((_, i) => voters.reduce((s, v) => s + p(v)[i]!, 0));
  const ensemble = argMaxRows(mean, K);
  const candidates = runs.map((run, i): Candidate => {
    const { result } = run;
    const own = argMaxRows(p(run), K);
    return {
      method: result.method,
      outcome: result.battery.outcome,
      accepted: accepted[i]!,
      ...(left[i] && { leftOut: left[i] }),
      agreement: own.filter((k, j) => k === ensemble[j]).length / own.length,
      views: viewsOf(run),
      ...(result.adaptedAccuracy !== undefined && { adaptedAccuracy: result.adaptedAccuracy }),
      seconds: result.seconds,
    };
  });
  const score = (i: number): number =>
    takesPart[i] ? candidates[i]!.agreement + candidates[i]!.views : -Infinity;
  const chosen = candidates.reduce((best, _, i) => (score(i) > score(best) ? i : best), 0);
  return { candidates, chosen };
}
