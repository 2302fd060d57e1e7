import type { Run } from './choose.js';
import { isSteady } from '../diagnostics/index.js';
import { methodOf } from '../methods/index.js';
import type { Candidate } from '../adaptation/types.js';

/**
 * Classes are shared out unevenly where not even the methods that even them out fill them: the widest of
 * their answers (effective number of classes) stays below this share of K. Another takes part if its
 * answers are as wide as `WIDE` times the refreshed model's, or steady: AAD can lose classes, and can be
 * right that there are few. Set on the zoo's cases (docs/benchmarks.md); from 0.80 to 0.86 little changes.
 */
const FILLED = 0.82;
const WIDE = 0.7;

/**
 * Of methods that learn, one whose answers agree with those to moved samples less than another's by
 * this much (κ) has found no classes where the other did.
 */
const UNSTEADIER = 0.1;

/** Which of the accepted runs are left out of the choice all the same, and why. */
export function leaveOut(
  runs: readonly Run[],
  accepted: readonly boolean[],
  K: number,
  told: boolean,
): Candidate['leftOut'][] {
  const uneven = unfit(runs, accepted, K, told);
  const steadiest = Math.max(
    ...runs.flatMap((run, i) => (accepted[i] && !uneven[i] && learns(run) ? [viewsOf(run)] : [])),
  );
  return runs.map((run, i) => {
    if (uneven[i]) return 'uneven';
    return accepted[i] && learns(run) && viewsOf(run) < steadiest - UNSTEADIER
      ? 'unsteady'
      : undefined;
  });
}

/** κ with moved samples; the released model is not looked at with those, but refreshed it is. */
export const viewsOf = ({ result: { battery } }: Run): number =>
  battery.signals.adaptedViews ?? battery.signals.refreshedViews;

const learns = ({ result }: Run): boolean => methodOf(result.method).objective !== undefined;

/** Which of the accepted runs share samples out among classes that are shared out otherwise. */
function unfit(
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
  const others = taking.some((run) => fits(run) && learns(run));
  return runs.map((run, i) => uneven && others && accepted[i]! && i > 0 && !fits(run));
}
