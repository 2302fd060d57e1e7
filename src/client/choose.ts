import { isSteady, type Battery, type Outlook } from './diagnose/index.js';
import { argMaxRows } from './diagnose/linear.js';
import { methodOf } from './methods/index.js';
import type { AdaptResult, Candidate } from './types.js';

/**
 * Classes are shared out unevenly where not even the methods that even them out fill them: the widest of
 * their answers (effective number of classes) stays below this share of K. Another takes part if its
 * answers are as wide as `WIDE` times the refreshed model's, or steady: AAD can lose classes, and can be
 * right that there are few. Set on the zoo's cases (docs/benchmarks.md); from 0.80 to 0.86 little changes.
 */
const FILLED = 0.82;
const WIDE = 0.7;

/** What {@link choose} looks at. */
export interface Run {
  result: Pick<AdaptResult, 'method' | 'adaptedAccuracy' | 'seconds'> & {
    battery: Pick<Battery, 'outcome'> & {
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
 */
export function choose(
  runs: readonly Run[],
  K: number,
  told = false,
): { candidates: Candidate[]; chosen: number } {
  const accepted = runs.map(
    ({ result }, i) => i === 0 || !['refuse', 'rolled back'].includes(result.battery.outcome),
  );
  const left = leftOut(runs, accepted, K, told);
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
function leftOut(
  runs: readonly Run[],
  accepted: readonly boolean[],
  K: number,
  told: boolean,
): boolean[] {
  const evens = ({ result }: Run): boolean => {
    const { even } = methodOf(result.method);
    return even === 'always' || (even === 'untold' && !told);
  };
  const tellsApart = ({ result: { battery } }: Run): boolean => {
    const { adaptedClasses = Infinity, refreshedClasses } = battery.signals;
    return adaptedClasses >= WIDE * refreshedClasses || isSteady(battery.signals);
  };
  const taking = runs.filter((_, i) => accepted[i]);
  const widths = taking
    .filter(evens)
    .map(({ result: { battery } }) => battery.signals.adaptedClasses ?? K);
  const n = runs[0]!.evidence.released.p.length / K;
  // so few samples fill no more by chance (the bias of an entropy, Miller 1955)
  const full = K * Math.exp(-(K - 1) / (2 * n));
  const uneven = widths.length > 0 && Math.max(...widths) < FILLED * full;
  const fits = (run: Run): boolean => !evens(run) && tellsApart(run);
  const others = taking.some((run) => fits(run) && methodOf(run.result.method).objective);
  return runs.map((run, i) => uneven && others && accepted[i]! && i > 0 && !fits(run));
}
