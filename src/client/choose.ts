import type { Battery, Outlook } from './diagnose/index.js';
import { argMaxRows } from './diagnose/linear.js';
import { methodOf } from './methods/index.js';
import type { AdaptResult, Candidate } from './types.js';

/**
 * Beyond this label shift (`Signals.labelShift`, without the allowance for chance) methods that share
 * samples out evenly are left out, if there is another that still tells the classes apart: answers
 * as wide as this share of the classes that the refreshed model sees. Both were set on the zoo's cases
 * with seed 1, where such methods lost 3 to 12 points (docs/benchmarks.md).
 */
const SHIFTED = 0.25;
const WIDE = 0.7;

/** What {@link choose} looks at. */
export interface Run {
  result: Pick<AdaptResult, 'method' | 'adaptedAccuracy' | 'seconds'> & {
    battery: Pick<Battery, 'outcome'> & {
      signals: Pick<
        Battery['signals'],
        'adaptedViews' | 'refreshedViews' | 'adaptedClasses' | 'refreshedClasses' | 'labelShift'
      >;
    };
  };
  evidence: { released: Pick<Outlook, 'p'>; adapted?: Pick<Outlook, 'p'> };
}

/**
 * Picks among runs on the same samples; the first of them, the released model itself, is always
 * accepted.
 * @param told whether the methods were told how the classes are shared out
 */
export function choose(
  runs: readonly Run[],
  K: number,
  told = false,
): { candidates: Candidate[]; chosen: number } {
  const accepted = runs.map(
    ({ result }, i) => i === 0 || !['refuse', 'rolled back'].includes(result.battery.outcome),
  );
  const left = leftOut(runs, accepted, told);
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
      ...(left[i] && { leftOut: true }),
      agreement: own.filter((k, j) => k === ensemble[j]).length / own.length,
      // the released model is not looked at with moved samples, but refreshed it is
      views: result.battery.signals.adaptedViews ?? result.battery.signals.refreshedViews,
      ...(result.adaptedAccuracy !== undefined && { adaptedAccuracy: result.adaptedAccuracy }),
      seconds: result.seconds,
    };
  });
  const score = (i: number): number =>
    takesPart[i] ? candidates[i]!.agreement + candidates[i]!.views : -Infinity;
  const chosen = candidates.reduce((best, _, i) => (score(i) > score(best) ? i : best), 0);
  return { candidates, chosen };
}

/** Which of the accepted runs share samples out among classes that are shared out otherwise. */
function leftOut(runs: readonly Run[], accepted: readonly boolean[], told: boolean): boolean[] {
  const none = runs.map(() => false);
  const unfit = runs.map(({ result: { method, battery } }, i) => {
    const { even } = methodOf(method);
    const { adaptedClasses = Infinity, refreshedClasses } = battery.signals;
    const narrow = adaptedClasses < WIDE * refreshedClasses;
    return accepted[i]! && (narrow || even === 'always' || (even === 'untold' && !told));
  });
  const shifted = runs[0]!.result.battery.signals.labelShift >= SHIFTED;
  const others = runs.some((_, i) => i > 0 && accepted[i] && !unfit[i]);
  return shifted && others ? unfit : none;
}
