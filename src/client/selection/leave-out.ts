import type { TriedMethod } from '../adaptation/types.js';
import { isSteady } from '../diagnostics/index.js';
import { methods } from '../methods/index.js';
import { movedKappa, type SelectionRun } from './selection-run.js';

/**
 * Classes are shared out unevenly where not even the methods that even them out fill them: the largest
 * effective number of classes among their answers stays below this share of K. Another method takes part if
 * its effective number of classes is `WIDE` times the refreshed model's, or its answers are steady: AaD can
 * lose classes, and can be right that there are few. Set on the cases of the robustness suite
 * (docs/benchmarks.md); from 0.80 to 0.86 little changes.
 */
const FILLED = 0.82;
const WIDE = 0.7;

/**
 * A method that learns is left out where the κ of its answers with those to moved samples is lower than
 * another's by this much: it has found no classes where the other did.
 */
const UNSTEADIER = 0.1;

/** Which of the accepted runs are left out of the selection all the same, and why. */
export function leftOutOf(
  runs: readonly SelectionRun[],
  accepted: readonly boolean[],
  K: number,
  informed: boolean,
): TriedMethod['leftOut'][] {
  const uneven = unfit(runs, accepted, K, informed);
  const takes = (i: number): boolean => accepted[i] === true && !uneven[i];
  const steadiest = Math.max(
    ...runs.flatMap((run, i) => (takes(i) && learns(run) ? [movedKappa(run)] : [])),
  );
  return runs.map((run, i) => {
    if (uneven[i]) return 'uneven';
    return accepted[i] && learns(run) && movedKappa(run) < steadiest - UNSTEADIER
      ? 'unsteady'
      : undefined;
  });
}

const learns = ({ result }: SelectionRun): boolean =>
  methods.get(result.method).objective !== undefined;

/** Which of the accepted runs share samples out evenly among classes that are shared out otherwise. */
function unfit(
  runs: readonly SelectionRun[],
  accepted: readonly boolean[],
  K: number,
  informed: boolean,
): boolean[] {
  const evens = ({ result }: SelectionRun): boolean => {
    const { even } = methods.get(result.method);
    return even === 'always' || (even === 'by default' && !informed);
  };
  const findsClasses = ({ result: { battery } }: SelectionRun): boolean => {
    const { adaptedClasses = Infinity, refreshedClasses } = battery.signals;
    return adaptedClasses >= WIDE * refreshedClasses || isSteady(battery.signals);
  };
  const taking = runs.filter((_, i) => accepted[i]);
  const filled = taking
    .filter(evens)
    .map(({ result: { battery } }) => battery.signals.adaptedClasses ?? K);
  const n = runs[0]!.observations.released.p.length / K;
  // so few samples fill no more by chance (the bias of an entropy, Miller 1955)
  const full = K * Math.exp(-(K - 1) / (2 * n));
  const uneven = filled.length > 0 && Math.max(...filled) < FILLED * full;
  const fits = (run: SelectionRun): boolean => !evens(run) && findsClasses(run);
  const others = taking.some((run) => fits(run) && learns(run));
  return runs.map((run, i) => uneven && others && accepted[i]! && i > 0 && !fits(run));
}
